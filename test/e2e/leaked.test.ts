import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientId } from '../../shared/protocol/brands.ts'
import { type OperatedStack, startOperatedStack } from '../support/operated-stack.ts'
import { client, credentials } from '../support/seeded-apps.ts'
import { postForm, postJson } from '../support/token-request.ts'

const LIMIT = 6
const withFewReports = (yaml: string) => `${yaml}\nleaked: { requestsPerMinute: ${LIMIT} }\n`
const machine = client('machine', {
  grant_types: ['client_credentials'],
  scope: 'read',
  redirect_uris: undefined,
})

const systems = [
  {
    system: 'uuid tokens behind an edge',
    setting: {
      preset: 'buddy',
      edge: true,
      change: withFewReports,
      seed: { clients: [client('app', { scope: 'WORKSPACE' })] },
    },
    id: 'app',
    issue: async (stack: OperatedStack) => {
      const code = await stack.giveCode({ clientId: clientId('app'), scope: ['WORKSPACE'] })
      return stack.token({ grant_type: 'authorization_code', code, ...credentials('app') })
    },
  },
  {
    system: 'JWTs without an edge',
    setting: { preset: 'buildr', edge: false, change: withFewReports, seed: { clients: [machine] } },
    id: 'machine',
    issue: (stack: OperatedStack) =>
      stack.token({ grant_type: 'client_credentials', scope: 'read', ...credentials('machine') }),
  },
]

/** Waits for the next window where this one is about to end, since a new one forgets what was counted. */
async function untilTheMinuteHasTime(): Promise<void> {
  const left = 60_000 - (Date.now() % 60_000)
  if (left < 10_000) await sleep(left)
}

describe.each(systems)('a leaked access token, $system', ({ setting, id, issue }) => {
  let stack: OperatedStack
  beforeAll(async () => {
    stack = await startOperatedStack(setting)
  })
  afterAll(() => stack?.close())

  const report = (form: Record<string, string> | string, headers: Record<string, string> = {}) =>
    postForm(stack.url('leaked'), form, headers)
  const isActive = async (token: string) =>
    ((await stack.introspect({ token, ...credentials(id) })) as { active: boolean }).active
  const accepted = { status: 202, body: { status: 'accepted' } }

  test('is ended by whoever shows it, once the answer is there; all other reports read the same', async () => {
    const token = String((await issue(stack)).body.access_token)
    const another = String((await issue(stack)).body.access_token)
    expect([await isActive(token), await isActive(another)]).toEqual([true, true])
    const answers = [
      await report({ token }),
      await report({ token }),
      await report('not a form%'),
      await postJson(stack.url('leaked'), '{"token":'),
    ]
    expect(answers.map(({ status, body }) => ({ status, body }))).toEqual(Array(4).fill(accepted))
    expect(answers.map(({ headers }) => headers.get('x-ratelimit-limit'))).toEqual(
      Array(4).fill(String(LIMIT)),
    )
    expect([await isActive(token), await isActive(another)]).toEqual([false, true])
  })

  test('is not ended by a report past the limit of its source, whatever address that makes up', async () => {
    const token = String((await issue(stack)).body.access_token)
    await untilTheMinuteHasTime()
    const statuses: number[] = []
    for (let sent = 0; sent <= LIMIT; sent += 1) statuses.push((await report({})).status)
    expect(statuses.at(-1)).toBe(429)
    const refused = await report({ token }, { 'X-Forwarded-For': '203.0.113.9, 203.0.113.10' })
    expect({ status: refused.status, body: refused.body }).toEqual({
      status: 429,
      body: { error: 'temporarily_unavailable', error_description: 'Too many requests' },
    })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(refused.headers.get('x-ratelimit-remaining')).toBe('0')
    expect(await isActive(token)).toBe(true)
  })
})
