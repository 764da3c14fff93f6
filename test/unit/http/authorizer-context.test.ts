import type { APIGatewayProxyEvent } from 'aws-lambda'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type ApiCaller,
  type AuthorizerContext,
  contextOf,
  readAuthorizedRequest,
  refusalContext,
} from '../../../shared/http/authorizer-context.ts'
import { clientId, epochSeconds } from '../../../shared/protocol/brands.ts'
import { isScopeToken } from '../../../shared/protocol/scope.ts'
import { apiGatewayEvent } from '../../support/api-gateway-event.ts'
import { at, T0 } from '../../support/grants.ts'

const end = at(40)
const address = '2001:db8::7'
const rate = { allowed: true, limit: 600, remaining: 599, reset: end }
const apiToken: ApiCaller = {
  kind: 'api_token',
  tokenId: 'hash-1',
  name: 'Nightly export',
  subject: 'acme',
  account: 'acme',
  scope: ['read', 'write'],
  tier: 'pro',
  issuedAt: T0,
  expiresAt: at(3600),
}
const accessToken: ApiCaller = {
  kind: 'access_token',
  tokenId: 'jti-1',
  subject: 'subject-1',
  username: 'ada',
  clientId: clientId('app'),
  scope: [],
  tier: 'free',
  issuedAt: T0,
}

/** What a function behind the authorizer gets; API Gateway adds these of its own. */
const eventWith = (context: AuthorizerContext | undefined): APIGatewayProxyEvent => {
  const event = apiGatewayEvent()
  const authorizer = context && { principalId: 'someone', integrationLatency: 7, ...context }
  return { ...event, requestContext: { ...event.requestContext, authorizer } }
}

describe('what the authorizer tells', () => {
  test('of an API token', () => {
    expect(contextOf({ caller: apiToken, rate, address }, T0)).toEqual({
      kind: 'api_token',
      tokenId: 'hash-1',
      name: 'Nightly export',
      subject: 'acme',
      account: 'acme',
      scope: 'read write',
      tier: 'pro',
      issuedAt: String(T0),
      expiresAt: String(at(3600)),
      address,
      rateAllowed: 'true',
      retryAfter: '1',
      rateLimit: '600',
      rateRemaining: '599',
      rateReset: String(end),
      rateLimitField: '"minute";r=599;t=40',
      rateLimitPolicy: '"minute";q=600;w=60',
    })
  })

  test('of an access token, with nothing of what there is not', () => {
    const over = { allowed: false, limit: 60, remaining: 0, reset: end }
    expect(contextOf({ caller: accessToken, rate: over, address }, T0)).toEqual({
      kind: 'access_token',
      tokenId: 'jti-1',
      subject: 'subject-1',
      username: 'ada',
      clientId: 'app',
      scope: '',
      tier: 'free',
      issuedAt: String(T0),
      address,
      rateAllowed: 'false',
      retryAfter: '40',
      rateLimit: '60',
      rateRemaining: '0',
      rateReset: String(end),
      rateLimitField: '"minute";r=0;t=40',
      rateLimitPolicy: '"minute";q=60;w=60',
    })
  })

  test('of whom it refuses: how to authenticate, and the rate', () => {
    expect(refusalContext('Bearer realm="oauth"', rate, T0)).toEqual({
      challenge: 'Bearer realm="oauth"',
      rateLimit: '600',
      rateRemaining: '599',
      rateReset: String(end),
      rateLimitField: '"minute";r=599;t=40',
      rateLimitPolicy: '"minute";q=600;w=60',
    })
  })
})

const time = fc.integer({ min: 0, max: 4_000_000_000 }).map(epochSeconds)
const text = fc.string({ unit: 'binary', minLength: 1 })
const scopeToken = fc.string({ minLength: 1, maxLength: 12 }).filter(isScopeToken)
const authorizedRequest = fc.record({
  caller: fc.record(
    {
      kind: fc.constantFrom('access_token' as const, 'api_token' as const),
      tokenId: text,
      name: text,
      subject: text,
      username: text,
      clientId: text.map(clientId),
      account: text,
      scope: fc.uniqueArray(scopeToken, { maxLength: 5 }),
      tier: text,
      issuedAt: time,
      expiresAt: time,
    },
    { requiredKeys: ['kind', 'tokenId', 'subject', 'scope', 'tier', 'issuedAt'] },
  ),
  rate: fc.record({ allowed: fc.boolean(), limit: fc.nat(), remaining: fc.nat(), reset: time }),
  address: text,
})

describe('a function behind the authorizer', () => {
  test('reads what it told, whatever it was', () => {
    fc.assert(
      fc.property(authorizedRequest, time, (told, now) => {
        const context = contextOf(told, now)
        expect(Object.values(context).filter((value) => typeof value !== 'string')).toEqual([])
        expect(readAuthorizedRequest(eventWith(context))).toEqual(told)
      }),
      { numRuns: 500 },
    )
  })

  const whole = contextOf({ caller: apiToken, rate, address }, T0)
  test.each([
    'kind',
    'tokenId',
    'subject',
    'scope',
    'tier',
    'issuedAt',
    'address',
    'rateAllowed',
    'rateLimit',
    'rateRemaining',
    'rateReset',
  ])('does nothing where it told no %s', (name) => {
    const { [name]: _, ...rest } = whole
    expect(() => readAuthorizedRequest(eventWith(rest))).toThrow(
      new Error(`the authorizer told no ${name}: is there one before this route?`),
    )
  })

  test.each([{ context: undefined }, { context: {} }])(
    'does nothing without one: $context',
    ({ context }) => {
      expect(() => readAuthorizedRequest(eventWith(context))).toThrow(
        new Error('the authorizer told no kind: is there one before this route?'),
      )
    },
  )

  test.each(['name', 'username', 'clientId', 'account', 'expiresAt'])('does without %s', (name) => {
    const { [name]: _, ...rest } = whole
    const { caller } = readAuthorizedRequest(eventWith(rest))
    expect(caller).not.toHaveProperty(name)
  })
})
