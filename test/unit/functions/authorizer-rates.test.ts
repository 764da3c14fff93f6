import { describe, expect, test } from 'vitest'
import { KEY_BASE, useAuthorizer } from '../../support/authorizer.ts'
import { clientSecret } from '../../support/clients.ts'
import { at } from '../../support/grants.ts'
import { preset } from '../../support/presets.ts'
import { tokensIn } from '../../support/world.ts'

const { clock, giveCode, deploy, authorizerOf, apiToken } = useAuthorizer()
const jwt = preset('default')
const machine = { client_id: 'machine', client_secret: clientSecret }
const asNative = { client_id: 'native' }
const overLimit = `over-limit-${KEY_BASE}`
const keyOf = (tier: string) => ({ id: 'k1', value: 'the key of acme, of 20 or more', tier, plan: 'p1' })

/** A user's access token, of the app or of the native one. */
async function tokenOf(config: typeof jwt, form: Record<string, string> = {}, code: object = {}) {
  const answer = await deploy(config).token('authorization_code', { code: await giveCode(code), ...form })
  return tokensIn(answer).access_token
}

describe('who is counted', () => {
  const subjectsOf = async (config: typeof jwt, ...texts: string[]) => {
    const { present, limits } = authorizerOf(config)
    const remaining = []
    for (const text of texts) remaining.push((await present(text)).context?.rateRemaining)
    return { subjects: limits.writes, remaining }
  }

  test('is the account, by all of its tokens together', async () => {
    const texts = [await apiToken('scrip_live_'), await apiToken('scrip_live_'), await tokenOf(jwt)]
    expect(await subjectsOf(jwt, ...texts)).toEqual({
      subjects: ['account:acme', 'account:acme', 'account:acme'],
      remaining: ['599', '598', '597'],
    })
  })

  test('is a client by itself where nobody owns it', async () => {
    const answer = await deploy(jwt).token('client_credentials', { ...machine, scope: 'read' })
    expect(await subjectsOf(jwt, tokensIn(answer).access_token)).toEqual({
      subjects: ['client:machine'],
      remaining: ['599'],
    })
  })

  test('is each user of a public client apart, and none of them the account that owns it', async () => {
    const ofUser = (subject: string) => tokenOf(jwt, asNative, { clientId: 'native', subject })
    const [ada, bob] = [await ofUser('ada'), await ofUser('bob')]
    expect(await subjectsOf(jwt, ada, bob, ada)).toEqual({
      subjects: ['public:native:ada', 'public:native:bob', 'public:native:ada'],
      remaining: ['599', '599', '598'],
    })
  })

  test('by API Gateway too: users of a public client do not share the key of its account', async () => {
    const accounts = [{ accountId: 'acme', tier: 'premium', apiKey: keyOf('premium') }]
    const { present } = authorizerOf(jwt, { accounts })
    const users = await present(await tokenOf(jwt, asNative, { clientId: 'native' }))
    const owners = await present(await tokenOf(jwt))
    expect([users.usageIdentifierKey, owners.usageIdentifierKey]).toEqual([
      `${KEY_BASE}-premium`,
      keyOf('premium').value,
    ])
  })

  test('is taken from the account’s own key while within the rate, and over it from the key of all who are', async () => {
    const limited = { ...jwt, rateLimits: { defaultTier: 'one', tiers: { one: { requestsPerMinute: 2 } } } }
    const accounts = [{ accountId: 'acme', tier: 'one', apiKey: keyOf('one') }]
    const { present } = authorizerOf(limited, { accounts })
    const text = await apiToken('scrip_live_')
    const told = async () => {
      const { usageIdentifierKey, context } = await present(text)
      return [usageIdentifierKey, context?.retryAfter]
    }
    expect([await told(), await told(), await told()]).toEqual([
      [keyOf('one').value, '1'],
      [keyOf('one').value, '1'],
      [overLimit, '40'],
    ])
  })

  test('is let in over the limit with that told, so that a function answers 429', async () => {
    const limited = { ...jwt, rateLimits: { defaultTier: 'one', tiers: { one: { requestsPerMinute: 2 } } } }
    const { present, limits } = authorizerOf(limited)
    const text = await apiToken('scrip_live_')
    const rates = []
    for (let count = 0; count < 4; count += 1) {
      const { policyDocument, context, usageIdentifierKey } = await present(text)
      const { rateAllowed, rateRemaining, rateReset } = context ?? {}
      const [statement] = policyDocument.Statement
      rates.push([statement?.Effect, rateAllowed, rateRemaining, rateReset, usageIdentifierKey])
    }
    const reset = String(at(40))
    expect(rates).toEqual([
      ['Allow', 'true', '1', reset, `${KEY_BASE}-one`],
      ['Allow', 'true', '0', reset, `${KEY_BASE}-one`],
      ['Allow', 'false', '0', reset, overLimit],
      ['Allow', 'false', '0', reset, overLimit],
    ])
    expect(limits.writes).toHaveLength(3) // who is blocked is remembered
    clock.now = at(40)
    expect((await present(text)).context).toMatchObject({ rateAllowed: 'true', rateRemaining: '1' })
  })
})
