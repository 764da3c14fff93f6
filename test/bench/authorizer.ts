/**
 * What a check costs the authorizer, in CPU of its own: checks a second for an API token, a JWT that it sees for
 * the first time, and one that it remembers. The stores are in memory, since DynamoDB's time is DynamoDB's.
 *
 * Prints each beside its ratio to the API token; machines differ, ratios less. Bounded: three rounds of a second
 * each, interleaved, of which the median counts.
 */
import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda'
import { type AuthorizerServices, authorizer } from '../../functions/authorizer/authorizer.ts'
import { identifier } from '../../functions/authorizer/identify.ts'
import { log } from '../../shared/http/log.ts'
import { rateLimiter } from '../../shared/http/rate-limit.ts'
import { rememberedVerification } from '../../shared/http/remembered-verification.ts'
import { clientId, epochSeconds, fromMilliseconds, seconds } from '../../shared/protocol/brands.ts'
import { sha256 } from '../../shared/protocol/hash.ts'
import type { StoredToken } from '../../shared/stores/tokens.ts'
import { signAccessToken } from '../../shared/tokens/access-token.ts'
import { newOpaqueToken } from '../../shared/tokens/opaque-token.ts'
import { apiGatewayEvent, lambdaContext } from '../support/api-gateway-event.ts'
import { machineClient } from '../support/clients.ts'
import { preset } from '../support/presets.ts'
import { memoryRateLimits, publicJwk, signingKey } from '../support/token-deployment.ts'

const ROUNDS = 3
const ROUND_MILLISECONDS = 1_000
const DISTINCT_JWTS = 4_000

log.setLogLevel('SILENT')
const config = preset('default')
const prefix = config.apiTokens?.prefix ?? ''
const now = fromMilliseconds(Date.now())
const issuer = 'https://abc123.execute-api.eu-west-1.amazonaws.com/prod'
const apiToken = newOpaqueToken({ format: 'prefixed', prefix })
const stored: StoredToken = {
  tokenHash: sha256(apiToken),
  kind: 'api_token',
  account: 'acme',
  name: 'bench',
  scope: ['read'],
  createdBy: 'operator',
  hint: prefix,
  issuedAt: now,
}
const keys = { keys: [publicJwk] }
const client = machineClient({ clientId: clientId('machine'), account: 'acme' })

const services = (verify: AuthorizerServicesVerify): AuthorizerServices => ({
  config,
  identify: identifier({
    config,
    keys: async () => keys,
    verify,
    tokens: { find: async (hash) => (hash === stored.tokenHash ? stored : undefined) },
    liveness: { read: async () => ({ grant: undefined, isDenied: false }) },
    clients: { find: async () => client },
    used: async () => undefined,
  }),
  accounts: { find: async (accountId) => ({ accountId, tier: 'premium' }) },
  limiter: rateLimiter(memoryRateLimits()),
  source: async () => '192.0.2.7',
  sharedKeyBase: '00000000-0000-0000-0000-000000000000',
  clock: Date.now,
})
type AuthorizerServicesVerify = ReturnType<typeof rememberedVerification>

const jwts = await Promise.all(
  Array.from({ length: DISTINCT_JWTS }, () =>
    signAccessToken(
      {
        issuer,
        audience: issuer,
        subject: 'machine',
        clientId: clientId('machine'),
        scope: ['read'],
        gid: 'client:machine',
        generation: 0,
        issuedAt: epochSeconds(now),
        lifetime: seconds(3600),
      },
      signingKey,
    ),
  ),
)
const [oneJwt = ''] = jwts

/** A memory that is always new, so that every JWT is seen for the first time. */
const forgetful: AuthorizerServicesVerify = (...call) => rememberedVerification()(...call)
const remembering = authorizer(services(rememberedVerification()))
const handlers = {
  'API token': { handler: remembering, tokenAt: () => apiToken },
  'JWT, remembered': { handler: remembering, tokenAt: () => oneJwt },
  'JWT, seen first': {
    handler: authorizer(services(forgetful)),
    tokenAt: (index: number) => jwts[index % jwts.length] ?? '',
  },
}

const rates = new Map<string, number[]>()
for (let round = 0; round < ROUNDS; round += 1)
  for (const [name, { handler, tokenAt }] of Object.entries(handlers))
    rates.set(name, [...(rates.get(name) ?? []), await checksASecond(handler, tokenAt)])

const base = median(rates.get('API token') ?? [])
for (const [name, values] of rates) {
  const rate = median(values)
  console.log(`${name}: ${Math.round(rate)} checks/s, ${(rate / base).toFixed(2)} × an API token's`)
}

async function checksASecond(
  handler: ReturnType<typeof authorizer>,
  tokenAt: (index: number) => string,
): Promise<number> {
  const started = performance.now()
  let checks = 0
  for (; performance.now() - started < ROUND_MILLISECONDS; checks += 1) {
    const { policyDocument } = await handler(eventWith(tokenAt(checks)), lambdaContext)
    const [statement] = policyDocument.Statement
    if (statement?.Effect !== 'Allow') throw new Error('a good token was refused')
  }
  return (checks * 1000) / (performance.now() - started)
}

function eventWith(token: string): APIGatewayRequestAuthorizerEvent {
  const event = apiGatewayEvent({
    method: 'GET',
    resource: '/api/v1/token',
    headers: [['Authorization', `Bearer ${token}`]],
  })
  return {
    ...event,
    type: 'REQUEST',
    methodArn: 'arn:aws:execute-api:eu-west-1:123456789012:abc123/prod/GET/',
  } as never
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
