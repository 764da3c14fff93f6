import { afterAll, expect, test } from 'vitest'
import { type DemoClient, type RunningStack, startStack } from '../support/local-stack.ts'
import { getJson, postForm } from '../support/token-request.ts'

/** The traffic is bounded, should the stack not end. */
const MAX_REQUESTS = 500

let stack: RunningStack | undefined
afterAll(async () => {
  await stack?.stop()
})

const request = ({ client_id, client_secret }: DemoClient) => ({
  grant_type: 'client_credentials',
  client_id,
  client_secret,
})

/** Asks for tokens one after the other until the stack is gone; notes the status of each answer. */
async function trafficUntilTheEnd(url: string, client: DemoClient, statuses: number[]): Promise<void> {
  for (let sent = 0; sent < MAX_REQUESTS; sent += 1) {
    try {
      statuses.push((await postForm(`${url}/oauth/token`, request(client))).status)
    } catch {
      return
    }
  }
}

test('after kill -9 in the middle of traffic the data is there and the keys are the same', async () => {
  const first = await startStack({ PRESET: 'buildr' })
  const [client] = first.demo().clients
  if (!client) throw new Error('the demo data has no client')
  const keysBefore = (await getJson(`${first.url}/.well-known/jwks.json`)).body
  const statuses: number[] = []
  const traffic = Promise.all(
    Array.from({ length: 4 }, () => trafficUntilTheEnd(first.url, client, statuses)),
  )
  await expect.poll(() => statuses.length, { timeout: 30_000 }).toBeGreaterThan(20)
  const ended = new Promise((resolve) => first.process.once('exit', resolve))
  first.process.kill('SIGKILL')
  await Promise.all([ended, traffic])
  expect(new Set(statuses)).toEqual(new Set([200]))

  stack = await startStack({ PRESET: 'buildr' }, first.directory)
  expect(stack.demo()).toEqual(first.demo())
  expect((await getJson(`${stack.url}/.well-known/jwks.json`)).body).toEqual(keysBefore)
  const { status, body } = await postForm(`${stack.url}/oauth/token`, request(client))
  expect({ status, body }).toEqual({
    status: 200,
    body: { access_token: expect.any(String), token_type: 'Bearer', expires_in: 3600, scope: 'read write' },
  })
})
