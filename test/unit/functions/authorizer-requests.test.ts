import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { denied, rateContext, useAuthorizer } from '../../support/authorizer.ts'
import { at, T0 } from '../../support/grants.ts'
import { captureLog } from '../../support/log-lines.ts'
import { preset } from '../../support/presets.ts'
import { tokensIn } from '../../support/world.ts'

const log = captureLog()
const { clock, giveCode, deploy, authorizerOf, apiToken } = useAuthorizer()
const jwt = preset('default')
const prefixed = preset('buildbutler')
const refusedFor = (reason: string) => [expect.objectContaining({ level: 'WARN', reason })]
const strangersRate = rateContext(T0, 59, 60)

describe('a request is refused for how it presents its token', () => {
  const invalid = 'Bearer realm="oauth", error="invalid_token"'
  const bare = 'Bearer realm="oauth"'
  const good = 'Bearer TOKEN'

  test.each<{
    what: string
    headers: (readonly [string, string])[]
    query?: Record<string, string>
    challenge: string
    reason: string
  }>([
    { what: 'not at all (RFC 6750 §3.1)', headers: [], challenge: bare, reason: 'no credentials' },
    { what: 'not at all', headers: [['Accept', '*/*']], challenge: bare, reason: 'no credentials' },
    {
      what: 'in the query',
      headers: [],
      query: { access_token: 'TOKEN' },
      challenge: invalid,
      reason: 'a token in the query',
    },
    {
      what: 'in the query beside the header',
      headers: [['Authorization', good]],
      query: { access_token: 'TOKEN' },
      challenge: invalid,
      reason: 'a token in the query',
    },
    {
      what: 'twice',
      headers: [
        ['Authorization', good],
        ['Authorization', good],
      ],
      challenge: invalid,
      reason: 'several Authorization headers',
    },
    {
      what: 'twice, in two spellings of the name',
      headers: [
        ['Authorization', good],
        ['authorization', good],
      ],
      challenge: invalid,
      reason: 'several Authorization headers',
    },
    {
      what: 'as Basic',
      headers: [['Authorization', 'Basic VE9LRU46']],
      challenge: bare,
      reason: 'no credentials',
    },
    { what: 'bare', headers: [['Authorization', 'TOKEN']], challenge: bare, reason: 'no credentials' },
    { what: 'empty', headers: [['Authorization', '']], challenge: bare, reason: 'no credentials' },
    {
      what: 'without one',
      headers: [['Authorization', 'Bearer ']],
      challenge: invalid,
      reason: 'no bearer token',
    },
    { what: 'in X-Api-Key', headers: [['X-Api-Key', 'TOKEN']], challenge: bare, reason: 'no credentials' },
  ])('$what', async ({ headers, query, challenge, reason }) => {
    const text = await apiToken('bb_live_')
    const filled = headers.map(([name, value]) => [name, value.replace('TOKEN', text)] as const)
    const { ask, asked } = authorizerOf(prefixed)
    const request = query && { query: { access_token: text } }
    expect(await ask(filled, request)).toEqual(denied(strangersRate, challenge))
    expect(asked).toEqual([])
    expect(log.facts()).toEqual(refusedFor(reason))
    expect(log.text()).toContain('"route":"/api/v1/jobs"')
    expect(log.text()).not.toContain(text)
  })

  test.each(['authorization', 'AUTHORIZATION', 'aUtHoRiZaTiOn'])(
    'but not for the case of %s',
    async (name) => {
      const text = await apiToken('bb_live_')
      const { context } = await authorizerOf(prefixed).ask([[name, `bEARER ${text}`]])
      expect(context).toMatchObject({ kind: 'api_token' })
    },
  )
})

test('who is let in is told with its whole address', async () => {
  const text = await apiToken('bb_live_')
  const { context } = await authorizerOf(prefixed).present(text, { sourceIp: '2001:db8::7' })
  expect(context).toMatchObject({ kind: 'api_token', address: '2001:db8::7' })
})

describe('an edge’s secret that cannot be read', () => {
  const away = { address: async () => Promise.reject(new Error('Secrets Manager is away')) }

  test('costs nobody an answer: the address is the one that API Gateway sees', async () => {
    const { present, ask } = authorizerOf(prefixed, { services: away })
    const { policyDocument, context } = await present(await apiToken('bb_live_'))
    expect(policyDocument.Statement[0]).toMatchObject({ Effect: 'Allow' })
    expect(context).toMatchObject({ address: '192.0.2.7', rateAllowed: 'true' })
    expect((await ask([])).policyDocument.Statement[0]).toMatchObject({ Effect: 'Deny' })
    expect(log.text()).toContain('the caller’s address is not known')
  })

  test('is waited for no longer than a second and a half', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const never = { address: () => new Promise<never>(() => undefined) }
    const asking = authorizerOf(prefixed, { services: never }).ask([])
    await vi.advanceTimersByTimeAsync(1_500)
    expect((await asking).policyDocument.Statement[0]).toMatchObject({ Effect: 'Deny' })
  })
})

describe('the window of a stranger', () => {
  const limited = {
    ...prefixed,
    rateLimits: { defaultTier: 'one', tiers: { one: { requestsPerMinute: 2 } } },
  }

  test('is told, never below nothing, begins anew, and no good token is refused for it', async () => {
    const { ask, present } = authorizerOf(limited)
    const remaining = []
    for (let count = 0; count < 4; count += 1) remaining.push((await ask([])).context?.rateRemaining)
    expect(remaining).toEqual(['1', '0', '0', '0'])
    const { policyDocument, context } = await present(await apiToken('bb_live_'))
    expect(policyDocument.Statement[0]).toMatchObject({ Effect: 'Allow' })
    expect(context).toMatchObject({ rateAllowed: 'true', rateRemaining: '1' })
    clock.now = at(40)
    expect(await ask([])).toEqual(denied(rateContext(at(40), 1, 2), 'Bearer realm="oauth"'))
  })

  test('is that of its address, an IPv6 one’s /64, and takes nothing from the account of a bad token', async () => {
    const { present, limits } = authorizerOf(limited)
    const text = await apiToken('bb_live_', { expiresAt: T0 })
    const remaining = []
    for (const sourceIp of ['192.0.2.7', '192.0.2.8', '192.0.2.7', '2001:db8::1', '2001:db8::2'])
      remaining.push((await present(text, { sourceIp })).context?.rateRemaining)
    expect(remaining).toEqual(['1', '1', '0', '1', '0'])
    expect(limits.writes.filter((subject) => !subject.startsWith('source:'))).toEqual([])
  })

  test('is of the default tier, whatever tier the account of a bad token is on', async () => {
    const text = await apiToken('bb_live_', { expiresAt: T0 })
    const accounts = [{ accountId: 'acme', tier: 'enterprise' }]
    expect(await authorizerOf(prefixed, { accounts }).present(text)).toEqual(denied(strangersRate))
  })
})

describe('what cannot be known is neither let in nor refused: API Gateway answers 503', () => {
  const fault = new Error('the table is on fire')
  const failing = async () => {
    throw fault
  }
  test.each([
    { what: 'the token', config: prefixed, different: { identify: { tokens: { find: failing } } } },
    { what: 'the grant', config: jwt, different: { identify: { liveness: { read: failing } } } },
    { what: 'the keys', config: jwt, different: { identify: { keys: failing } } },
    { what: 'the client', config: jwt, different: { identify: { clients: { find: failing } } } },
    { what: 'the account', config: jwt, different: { services: { accounts: { find: failing } } } },
    { what: 'the counter', config: jwt, different: { services: { limiter: { count: failing } } } },
  ])('$what', async ({ config, different }) => {
    const code = await giveCode({ scope: ['read'] })
    const text = tokensIn(await deploy(config).token('authorization_code', { code })).access_token
    await expect(authorizerOf(config, different).present(text)).rejects.toBe(fault)
    expect(log.text()).not.toContain(text)
  })
})
