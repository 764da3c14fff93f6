import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accountKeys } from '../support/account-keys.ts'
import { type OperatedStack, startOperatedStack } from '../support/operated-stack.ts'
import { type RawAnswer, rawRequest } from '../support/raw-request.ts'

const LIMIT = 60
const FLOOD = 200

describe('a flood of an account with an API key of its own', () => {
  let stack: OperatedStack
  let token: string
  let ownKey: string | undefined
  beforeAll(async () => {
    const seed = {
      accounts: [{ id: 'acme', tier: 'free' }],
      api_tokens: [{ name: 'jobs', account: 'acme', scope: 'read:jobs' }],
    }
    stack = await startOperatedStack({ preset: 'buildbutler', edge: true, seed })
    token = String(stack.demo.api_tokens?.find(({ account }) => account === 'acme')?.token)
    const acme = accountKeys(stack, 'acme')
    await acme.run()
    await acme.letTimePass()
    await acme.run()
    ownKey = (await acme.read()).apiKey?.id
  })
  afterAll(() => stack?.close())

  const ask = () =>
    rawRequest(stack.issuer, { path: '/api/v1/token', headers: [['Authorization', `Bearer ${token}`]] })
  const atOnce = (count: number) => Promise.all(Array.from({ length: count }, ask))
  const accepted = (answers: readonly RawAnswer[]) => answers.filter(({ status }) => status === 200).length
  const lines = () => stack.accessLog().filter(({ route }) => route === '/api/v1/token')

  test('gets its limit to the last request in this minute and again in the next, whatever was refused between', async () => {
    await secondOfMinute(30)
    const flood = await atOnce(FLOOD)
    const toldAt = Date.now() / 1000
    expect(accepted(flood)).toBe(LIMIT)

    const refused = flood.filter(({ status }) => status !== 200)
    for (const { status, headers, body } of refused) {
      expect({ status, body }).toEqual({
        status: 429,
        body: {
          error: 'temporarily_unavailable',
          error_description: expect.stringMatching(/^Too many requests(\. Please slow down)?$/),
        },
      })
      const wait = Number(headers['retry-after'])
      expect(headers).toMatchObject({
        'x-ratelimit-limit': String(LIMIT),
        'x-ratelimit-remaining': '0',
        ratelimit: expect.stringMatching(/^"minute";r=0;t=\d+$/),
        'ratelimit-policy': `"minute";q=${LIMIT};w=60`,
      })
      // The caller's own time to wait, whoever answered.
      expect(Math.abs(toldAt + wait - Number(headers['x-ratelimit-reset']))).toBeLessThan(20)
    }
    const refusedByPlan = lines().filter(({ refusal }) => refusal === 'THROTTLED')
    expect(refusedByPlan.length).toBeGreaterThan(0)
    expect(refusedByPlan.length).toBeLessThan(FLOOD - LIMIT)
    const keysOf = (status: string) =>
      new Set(lines().flatMap((line) => (line.status === status ? [line.apiKeyId] : [])))
    expect([...keysOf('200')]).toEqual([ownKey])
    expect([...keysOf('429')]).not.toContain(ownKey)

    await secondOfMinute(0)
    expect(accepted(await atOnce(LIMIT))).toBe(LIMIT)
  }, 180_000)
})

/** Waits until that second of a minute comes next. */
async function secondOfMinute(second: number): Promise<void> {
  const past = (Date.now() - second * 1_000) % 60_000
  await sleep(60_000 - past + 50)
}
