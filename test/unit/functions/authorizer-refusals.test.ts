import { describe, expect, test } from 'vitest'
import { denied, rateContext, useAuthorizer } from '../../support/authorizer.ts'
import { at, T0 } from '../../support/grants.ts'
import { captureLog } from '../../support/log-lines.ts'
import { preset } from '../../support/presets.ts'
import { appClient, tokensIn } from '../../support/world.ts'

const log = captureLog()
const { clock, giveCode, deploy, authorizerOf, apiToken } = useAuthorizer()
/** JWTs with API tokens, uuids without, and one prefix for both. */
const jwt = preset('default')
const uuid = preset('buddy')
const prefixed = preset('buildbutler')
const { apiTokens: _, ...withoutApiTokens } = prefixed
const formats = [
  { format: 'JWT', config: jwt, reads: ['keys', 'verify'], limit: 600 },
  { format: 'uuid', config: uuid, reads: ['token'], limit: 600 },
  { format: 'prefixed', config: prefixed, reads: ['token'], limit: 60 },
]

async function tokenOf(config: typeof jwt) {
  const code = await giveCode({ scope: ['read'] })
  return tokensIn(await deploy(config).token('authorization_code', { code })).access_token
}
const strangersRate = (limit: number, nth = 1, now: number = T0) => rateContext(now, limit - nth, limit)
/** The reasons that the log tells, each on a line of its own. */
const reasons = () => log.facts().filter(({ message }) => message === 'credential refused')
const refusedFor = (reason: string) => [expect.objectContaining({ level: 'WARN', reason })]

/** The text with another character at this place, of the same alphabet. */
function mistyped(text: string, at: number): string {
  const other = text[at] === 'x' ? 'y' : 'x'
  return text.slice(0, at) + other + text.slice(at + 1)
}

describe('an API token is refused with one and the same answer, whatever the reason', () => {
  test.each([
    { reason: 'an expired API token', token: { expiresAt: at(10) } },
    { reason: 'an expired API token', token: { expiresAt: T0 } },
    { reason: 'an API token that was revoked', token: { revokedAt: T0, revokedBecause: 'revoked' } },
    { reason: 'an API token that was rotated', token: { revokedAt: T0, revokedBecause: 'rotated' } },
    { reason: 'an API token that was leaked', token: { revokedAt: T0, revokedBecause: 'leaked' } },
    {
      reason: 'an API token that was leaked',
      token: { revokedAt: T0, revokedBecause: 'leaked', expiresAt: at(1) },
    },
  ])('$reason: $token', async ({ reason, token }) => {
    const text = await apiToken('bb_live_', token)
    clock.now = at(10)
    const { present, asked, limits } = authorizerOf(prefixed)
    expect(await present(text)).toEqual(denied(strangersRate(60, 1, at(10))))
    expect(asked).toEqual(['token'])
    expect(limits.writes).toEqual(['source:192.0.2.7'])
    expect(log.facts()).toEqual(refusedFor(reason))
    expect(log.text()).not.toContain(text)
  })

  test('an unknown token', async () => {
    const text = await apiToken('bb_live_')
    const { present, asked } = authorizerOf(prefixed, {
      identify: { tokens: { find: async () => undefined } },
    })
    expect(await present(text)).toEqual(denied(strangersRate(60)))
    expect(asked).toEqual([])
    expect(log.facts()).toEqual(refusedFor('an unknown token'))
    expect(log.text()).not.toContain(text)
  })

  test.each([
    {
      what: 'where access tokens have the same prefix',
      config: withoutApiTokens,
      prefix: 'bb_live_',
      reason: 'an API token, which this deployment does not offer',
      asked: ['token'],
    },
    {
      what: 'where access tokens are uuids: without a read',
      config: uuid,
      prefix: 'bb_live_',
      reason: 'no token of this deployment',
      asked: [],
    },
    {
      what: 'where access tokens are JWTs: without a read of the table',
      config: { ...withoutApiTokens, accessToken: jwt.accessToken },
      prefix: 'bb_live_',
      reason: 'the access token is not good',
      asked: ['keys', 'verify'],
    },
  ])('a deployment that offers none, $what', async ({ config, prefix, reason, asked: expected }) => {
    const text = await apiToken(prefix)
    const { present, asked } = authorizerOf(config)
    const { policyDocument } = await present(text)
    expect(policyDocument.Statement[0]).toMatchObject({ Effect: 'Deny' })
    expect(asked).toEqual(expected)
    expect(log.facts()).toEqual(refusedFor(reason))
  })
})

describe('what only looks like a token is refused without a read', () => {
  const other = async (text: string) => [
    text.replace('bb_live_', 'bb_test_'),
    text.replace('bb_live_', 'bb_refresh_'),
    text.replace('bb_live_', 'BB_LIVE_'),
    text.replace('bb_live_', ''),
    text.slice(0, -1),
    `${text}0`,
    `${text}=`,
    'bb_live_',
    '9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d',
    'eyJhbGciOiJub25lIn0.e30.',
    'x'.repeat(8000),
  ]

  test('another environment’s token, part of one, and others', async () => {
    const texts = await other(await apiToken('bb_live_'))
    const { present, asked } = authorizerOf(prefixed)
    for (const [index, text] of texts.entries())
      expect(await present(text)).toEqual(denied(strangersRate(60, index + 1)))
    expect(asked).toEqual([])
    expect(reasons()).toEqual(texts.flatMap(() => refusedFor('no token of this deployment')))
  })

  test('a token that is mistyped at one place, be it anywhere after its prefix', async () => {
    const text = await apiToken('bb_live_')
    const { present, asked } = authorizerOf(prefixed)
    for (let place = 'bb_live_'.length; place < text.length; place += 1) {
      const { policyDocument } = await present(mistyped(text, place))
      expect([place, policyDocument.Statement]).toEqual([
        place,
        [expect.objectContaining({ Effect: 'Deny' })],
      ])
    }
    expect(asked).toEqual([])
  })

  test('beside JWTs it is no JWT either', async () => {
    const text = await apiToken('scrip_live_')
    const { present, asked } = authorizerOf(jwt)
    for (const wrong of [text.replace('live', 'test'), mistyped(text, 20)])
      expect((await present(wrong)).policyDocument.Statement[0]).toMatchObject({ Effect: 'Deny' })
    expect(asked).toEqual(['keys', 'verify', 'keys', 'verify'])
    expect(reasons()).toMatchObject(Array(2).fill({ reason: 'the access token is not good' }))
  })
})

describe.each(formats)('an access token is refused, $format', ({ format, config, reads, limit }) => {
  const notGood = 'the access token is not good'

  test.each([
    {
      what: 'in the second of its end',
      lateBy: config.grants.authorization_code?.accessTokenTtlSeconds ?? 0,
    },
    { what: 'long after it', lateBy: 10_000_000 },
  ])('$what', async ({ lateBy }) => {
    const text = await tokenOf(config)
    clock.now = at(lateBy)
    const { present, asked } = authorizerOf(config)
    expect(await present(text)).toEqual(denied(strangersRate(limit, 1, at(lateBy))))
    expect(asked).toEqual(reads)
    expect(reasons()).toEqual(refusedFor(notGood))
    expect(log.text()).not.toContain(text)
  })

  test('once it was revoked, and once its grant was', async () => {
    for (const which of ['access_token', 'refresh_token'] as const) {
      const code = await giveCode({ scope: ['read'] })
      const tokens = tokensIn(await deploy(config).token('authorization_code', { code }))
      const { present } = authorizerOf(config)
      expect((await present(tokens.access_token)).policyDocument.Statement[0]?.Effect).toBe('Allow')
      await deploy(config).revoke({ token: tokens[which] })
      expect(await present(tokens.access_token)).toEqual(denied(strangersRate(limit)))
    }
    expect(reasons()).toMatchObject([{ reason: notGood }, { reason: notGood }])
  })

  test('of another issuer', async () => {
    const text = await tokenOf(config)
    const { present } = authorizerOf(config)
    expect(await present(text, { domainName: 'other.example.com' })).toEqual(denied(strangersRate(limit)))
    // Opaque tokens say no issuer: their audience does, which is ours unless the configuration names one.
    expect(reasons()).toEqual(refusedFor(format === 'JWT' ? notGood : 'an access token for another audience'))
  })

  test('at a path that does not tell the issuer, which a stranger may choose', async () => {
    const text = await tokenOf(config)
    const { present } = authorizerOf(config)
    expect(await present(text, { fullPath: '/prod/elsewhere' })).toEqual(denied(strangersRate(limit)))
    expect(reasons()).toEqual(refusedFor('a path that does not tell the issuer'))
  })

  test('for another resource server (RFC 9068 §4)', async () => {
    const audience = 'https://api.example.com'
    const text = await tokenOf({ ...config, accessToken: { ...config.accessToken, audience } })
    expect(await authorizerOf(config).present(text)).toEqual(denied(strangersRate(limit)))
    expect(reasons()).toEqual(refusedFor('an access token for another audience'))
  })

  test('of a client that is gone', async () => {
    const text = await tokenOf(config)
    const { present } = authorizerOf(config, { clients: [appClient({ clientId: 'other' as never })] })
    expect(await present(text)).toEqual(denied(strangersRate(limit)))
    expect(reasons()).toEqual(refusedFor('an access token of a client that is gone'))
  })
})
