import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { rememberUse } from '../../../functions/authorizer/identify.ts'
import { sha256 } from '../../../shared/protocol/hash.ts'
import type { Account } from '../../../shared/stores/accounts.ts'
import type { StoredApiToken } from '../../../shared/stores/tokens.ts'
import { KEY_BASE, rateContext, result, useAuthorizer } from '../../support/authorizer.ts'
import { clientSecret } from '../../support/clients.ts'
import { at, T0 } from '../../support/grants.ts'
import { captureLog } from '../../support/log-lines.ts'
import { preset } from '../../support/presets.ts'
import { tokensIn } from '../../support/world.ts'

const log = captureLog()
const { clock, stores, giveCode, deploy, authorizerOf, apiToken } = useAuthorizer()
/** JWTs with API tokens, uuids without, and one prefix for both. */
const jwt = preset('default')
const uuid = preset('buddy')
const prefixed = preset('buildbutler')

const keyOf = (tier: string) => ({ id: 'k1', value: 'the key of acme, of 20 or more', tier, plan: 'p1' })
const onPro = { accountId: 'acme', tier: 'pro' }

/** A user's access token. */
async function tokenOf(config: typeof jwt, code: object = {}) {
  const answer = await deploy(config).token('authorization_code', { code: await giveCode(code) })
  return tokensIn(answer).access_token
}
const machine = { client_id: 'machine', client_secret: clientSecret }

describe('an API token that lives', () => {
  const context = (text: string, tier: string, rate: object) => ({
    kind: 'api_token',
    tokenId: sha256(text),
    name: 'Nightly export',
    subject: 'acme',
    account: 'acme',
    scope: 'read:jobs read:builds',
    tier,
    issuedAt: String(T0),
    expiresAt: String(at(3600)),
    address: '192.0.2.7',
    rateAllowed: 'true',
    retryAfter: '1',
    ...rate,
  })
  const scope = ['read:jobs', 'read:builds']

  test.each<{ what: string; accounts: Account[]; tier: string; limit: number; key: string }>([
    { what: 'nobody knows', accounts: [], tier: 'free', limit: 60, key: `${KEY_BASE}-free` },
    { what: 'is on a tier', accounts: [onPro], tier: 'pro', limit: 300, key: `${KEY_BASE}-pro` },
    {
      what: 'has its own key in its tier’s plan',
      accounts: [{ ...onPro, apiKey: keyOf('pro') }],
      tier: 'pro',
      limit: 300,
      key: keyOf('pro').value,
    },
    {
      what: 'has its key in the plan of the tier that it was on before',
      accounts: [{ ...onPro, apiKey: keyOf('free') }],
      tier: 'pro',
      limit: 300,
      key: `${KEY_BASE}-pro`,
    },
    {
      what: 'is on a tier that is no more',
      accounts: [{ accountId: 'acme', tier: 'gone', apiKey: keyOf('gone') }],
      tier: 'free',
      limit: 60,
      key: `${KEY_BASE}-free`,
    },
  ])('of an account that $what is let in', async ({ accounts, tier, limit, key }) => {
    const text = await apiToken('bb_live_', { scope })
    const rate = rateContext(T0, limit - 1, limit)
    expect(await authorizerOf(prefixed, { accounts }).present(text)).toEqual(
      result('Allow', 'acme', context(text, tier, rate), { usageIdentifierKey: key }),
    )
    expect(log.facts()).toEqual([])
  })

  test('without an end has none told', async () => {
    const text = await apiToken('bb_live_', { scope, expiresAt: undefined })
    const { expiresAt: _, ...rest } = context(text, 'free', rateContext(T0, 59, 60))
    const { present } = authorizerOf(prefixed)
    expect((await present(text)).context).toEqual(rest)
    clock.now = at(50_000_000)
    expect((await present(text)).policyDocument.Statement[0]).toMatchObject({ Effect: 'Allow' })
  })

  test('is one beside JWTs as well, and until its last second', async () => {
    const text = await apiToken('scrip_live_')
    clock.now = at(3599)
    const { present, asked } = authorizerOf(jwt)
    expect((await present(text)).context).toMatchObject({ kind: 'api_token', subject: 'acme' })
    expect(asked).toEqual(['token', 'used', 'account'])
  })
})

describe('an access token that lives', () => {
  const code = { scope: ['read'], username: 'ada', subject: 'subject-1' }
  const told = {
    kind: 'access_token',
    scope: 'read',
    issuedAt: String(T0),
    address: '192.0.2.7',
    rateAllowed: 'true',
    retryAfter: '1',
  }
  const ofAda = { ...told, subject: 'subject-1', username: 'ada', clientId: 'app', account: 'acme' }

  test.each([
    { format: 'JWT', config: jwt, tier: 'standard', limit: 600, lifetime: 3600 },
    { format: 'uuid', config: uuid, tier: 'standard', limit: 600, lifetime: 28_800 },
    { format: 'prefixed', config: prefixed, tier: 'free', limit: 60, lifetime: 3600 },
  ])('of a user is let in, $format', async ({ format, config, tier, limit, lifetime }) => {
    const text = await tokenOf(config, code)
    const context = {
      ...ofAda,
      tokenId: format === 'JWT' ? decodeJwt(text).jti : sha256(text),
      tier,
      expiresAt: String(at(lifetime)),
      ...rateContext(T0, limit - 1, limit),
    }
    expect(await authorizerOf(config).present(text)).toEqual(
      result('Allow', 'subject-1', context, { usageIdentifierKey: `${KEY_BASE}-${tier}` }),
    )
    expect(log.facts()).toMatchObject([{ level: 'INFO', grant_type: 'authorization_code' }]) // its issue
    expect(log.text()).not.toContain(text)
  })

  test('of a machine that nobody owns is let in, without a user and an account', async () => {
    const answer = await deploy(jwt).token('client_credentials', { ...machine, scope: 'read' })
    const { access_token } = tokensIn(answer)
    const { present, asked } = authorizerOf(jwt)
    const context = {
      ...told,
      tokenId: decodeJwt(access_token).jti,
      subject: 'machine',
      clientId: 'machine',
      tier: 'standard',
      expiresAt: String(at(3600)),
      ...rateContext(T0, 599, 600),
    }
    expect(await present(access_token)).toEqual(
      result('Allow', 'machine', context, { usageIdentifierKey: `${KEY_BASE}-standard` }),
    )
    expect(asked).toEqual(['keys', 'verify', 'liveness', 'client'])
  })

  test('has the kind that is stored, whatever its prefix says', async () => {
    const [access, api] = [await tokenOf(prefixed), await apiToken('bb_live_')]
    expect([access.slice(0, 8), api.slice(0, 8), access.length - api.length]).toEqual([
      'bb_live_',
      'bb_live_',
      0,
    ])
    const { present } = authorizerOf(prefixed)
    expect([(await present(access)).context?.kind, (await present(api)).context?.kind]).toEqual([
      'access_token',
      'api_token',
    ])
  })

  test('for a resource server of its own is let in where that is ours', async () => {
    const audience = 'https://api.example.com'
    const config = { ...jwt, accessToken: { ...jwt.accessToken, audience } }
    const { context } = await authorizerOf(config).present(await tokenOf(config, code))
    expect(context).toMatchObject(ofAda)
  })
})

describe('the use of an API token', () => {
  test('is noted for its owner, and that of an access token nowhere', async () => {
    const used: [StoredApiToken, number][] = []
    const identify = { used: async (...use: (typeof used)[number]) => void used.push(use) }
    const text = await apiToken('bb_live_')
    const { present } = authorizerOf(prefixed, { identify })
    clock.now = at(5)
    await present(text)
    await present(await tokenOf(prefixed))
    expect(used).toEqual([[await stores.tokens().find(sha256(text)), at(5)]])
  })

  test('rests with it', async () => {
    const text = await apiToken('bb_live_')
    clock.now = at(5)
    await authorizerOf(prefixed).present(text)
    expect(await stores.tokens().find(sha256(text))).toMatchObject({ lastUsedAt: at(5) })
  })

  test('that cannot be written refuses nobody, and is told in the log without the token', async () => {
    const touch = async () => {
      throw new Error('the table is on fire')
    }
    const text = await apiToken('bb_live_')
    const { present } = authorizerOf(prefixed, { identify: { used: rememberUse({ touch }) } })
    expect((await present(text)).context).toMatchObject({ kind: 'api_token', rateAllowed: 'true' })
    expect(log.facts()).toMatchObject([{ level: 'WARN', message: 'the use of a token was not written' }])
    expect(log.text()).toContain(sha256(text))
    expect(log.text()).toContain('the table is on fire')
    expect(log.text()).not.toContain(text)
  })

  test('is tried once a minute for each token, although it cannot be written', async () => {
    const tried: string[] = []
    const touch = async ({ tokenHash }: Pick<StoredApiToken, 'tokenHash'>) => {
      tried.push(tokenHash)
      throw new Error('the table is on fire')
    }
    const used = rememberUse({ touch }, () => clock.now * 1000)
    const { present } = authorizerOf(prefixed, { identify: { used } })
    const [one, other] = [await apiToken('bb_live_'), await apiToken('bb_live_')]
    for (const text of [one, one, other, one]) await present(text)
    expect(tried).toEqual([sha256(one), sha256(other)])
    clock.now = at(60)
    for (const text of [one, one]) await present(text)
    expect(tried).toEqual([sha256(one), sha256(other), sha256(one)])
  })
})
