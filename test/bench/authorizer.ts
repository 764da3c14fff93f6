/**
 * What a check costs the authorizer: checks a second for an API token, a JWT that it sees for the first time, and
 * one that it remembers, each with its DynamoDB calls through the SDK. One at a time, as Lambda runs them.
 *
 * The engine is dynalite in a thread of its own, which is slower than DynamoDB and nearer. Prints each beside its
 * ratio to the API token; machines differ, ratios less. Bounded: three rounds of a second each, interleaved, of
 * which the median counts.
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda'
import { authorizer } from '../../functions/authorizer/authorizer.ts'
import { identifier, rememberUse } from '../../functions/authorizer/identify.ts'
import { log } from '../../shared/http/log.ts'
import { rateLimiter } from '../../shared/http/rate-limit.ts'
import { rememberedVerification } from '../../shared/http/remembered-verification.ts'
import { clientId, epochSeconds, fromMilliseconds, seconds } from '../../shared/protocol/brands.ts'
import { sha256 } from '../../shared/protocol/hash.ts'
import { accountStore } from '../../shared/stores/accounts.ts'
import { apiTokenStore } from '../../shared/stores/api-tokens.ts'
import { cachedReader } from '../../shared/stores/cached-reader.ts'
import { clientStore } from '../../shared/stores/clients.ts'
import { livenessReader } from '../../shared/stores/liveness.ts'
import { rateLimitStore } from '../../shared/stores/rate-limits.ts'
import { tokenStore } from '../../shared/stores/tokens.ts'
import { signAccessToken } from '../../shared/tokens/access-token.ts'
import { newOpaqueToken } from '../../shared/tokens/opaque-token.ts'
import { apiGatewayEvent, lambdaContext } from '../support/api-gateway-event.ts'
import { machineClient } from '../support/clients.ts'
import { connect, createTable } from '../support/dynamodb.ts'
import { preset } from '../support/presets.ts'
import { publicJwk, signingKey } from '../support/token-deployment.ts'

const ROUNDS = 3
const ROUND_MILLISECONDS = 1_000
const WARM_UP_CHECKS = 200
const DISTINCT_JWTS = 500

log.setLogLevel('SILENT')
process.env.AWS_REGION = 'us-east-1'
const engine = new Worker(new URL('../../infra/local/dynamodb/engine-thread.ts', import.meta.url), {
  workerData: {}, // in memory
})
const [port] = (await once(engine, 'message')) as [number]
const db = await connect(port)
for (const table of ['accounts', 'clients', 'grants', 'rateLimits', 'tokens'] as const)
  await createTable(db, table, table)

// More than any run makes: a caller over its rate is remembered, and costs no write.
const rateLimits = { defaultTier: 'bench', tiers: { bench: { requestsPerMinute: 1_000_000 } } }
const config = { ...preset('default'), rateLimits }
const prefix = config.apiTokens?.prefix ?? ''
const now = fromMilliseconds(Date.now())
const issuer = 'https://abc123.execute-api.eu-west-1.amazonaws.com/prod'
const apiToken = newOpaqueToken({ format: 'prefixed', prefix })
await tokenStore(db, 'tokens').create({
  tokenHash: sha256(apiToken),
  kind: 'api_token',
  account: 'acme',
  name: 'bench',
  scope: ['read'],
  createdBy: 'operator',
  hint: prefix,
  issuedAt: now,
})
await accountStore(db, 'accounts').create({ accountId: 'acme' })
await clientStore(db, 'clients').create(machineClient({ clientId: clientId('machine'), account: 'acme' }))

const authorizerWith = (verify: ReturnType<typeof rememberedVerification>) =>
  authorizer({
    config,
    identify: identifier({
      config,
      keys: async () => ({ keys: [publicJwk] }),
      verify,
      tokens: tokenStore(db, 'tokens'),
      liveness: livenessReader(db, { grants: 'grants', tokens: 'tokens' }),
      clients: cachedReader(clientStore(db, 'clients')),
      used: rememberUse(apiTokenStore(db, 'tokens')),
    }),
    accounts: cachedReader(accountStore(db, 'accounts')),
    limiter: rateLimiter(rateLimitStore(db, 'rateLimits')),
    address: async () => '192.0.2.7',
    sharedKeyBase: '00000000-0000-0000-0000-000000000000',
    clock: Date.now,
  })

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

const remembering = authorizerWith(rememberedVerification())
const handlers = {
  'API token': { handler: remembering, tokenAt: () => apiToken },
  'JWT, remembered': { handler: remembering, tokenAt: () => oneJwt },
  'JWT, seen first': {
    // A memory that is always new, so that every JWT is seen for the first time.
    handler: authorizerWith((...call) => rememberedVerification()(...call)),
    tokenAt: (index: number) => jwts[index % jwts.length] ?? '',
  },
}

for (const { handler, tokenAt } of Object.values(handlers))
  for (let done = 0; done < WARM_UP_CHECKS; done += 1) await check(handler, tokenAt(done))

const rates = new Map<string, number[]>()
for (let round = 0; round < ROUNDS; round += 1)
  for (const [name, { handler, tokenAt }] of Object.entries(handlers))
    rates.set(name, [...(rates.get(name) ?? []), await checksASecond(handler, tokenAt)])

const base = median(rates.get('API token') ?? [])
for (const [name, values] of rates) {
  const rate = median(values)
  console.log(`${name}: ${Math.round(rate)} checks/s, ${(rate / base).toFixed(2)} × an API token's`)
}
db.destroy()
engine.postMessage('close')

async function checksASecond(
  handler: ReturnType<typeof authorizer>,
  tokenAt: (index: number) => string,
): Promise<number> {
  const started = performance.now()
  let checks = 0
  for (; performance.now() - started < ROUND_MILLISECONDS; checks += 1) await check(handler, tokenAt(checks))
  return (checks * 1000) / (performance.now() - started)
}

async function check(handler: ReturnType<typeof authorizer>, token: string): Promise<void> {
  const { policyDocument, context } = await handler(eventWith(token), lambdaContext)
  const [statement] = policyDocument.Statement
  if (statement?.Effect !== 'Allow') throw new Error('a good token was refused')
  if (context?.rateAllowed !== 'true') throw new Error('the caller is over its rate')
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
