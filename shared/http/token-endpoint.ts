/**
 * The token endpoint, RFC 6749 §3.2: everything that every grant needs, once and in this order.
 *
 * The rate is counted after client authentication, since it is the client's own; and before the grant, so
 * that a caller over its limit changes nothing.
 */
import type { Config, RateTier } from '../config/types.ts'
import { type EpochSeconds, fromMilliseconds } from '../protocol/brands.ts'
import { type Client, isConfidential } from '../protocol/client.ts'
import { readClientCredentials } from '../protocol/client-authentication.ts'
import {
  invalidRequest,
  tooManyRequests,
  unauthorizedClient,
  unsupportedGrantType,
} from '../protocol/errors.ts'
import { type Parameters, requireParameter } from '../protocol/parameters.ts'
import { tokenResponse } from '../protocol/token-response.ts'
import type { ClientReader } from '../stores/clients.ts'
import type { Clock } from '../stores/memory.ts'
import type { SigningKey } from '../tokens/signing-key.ts'
import { type Answer, toResponse } from './answer.ts'
import { authenticateClient } from './authenticate-client.ts'
import type { Handler } from './endpoint.ts'
import { toOAuthError } from './failures.ts'
import { type FormRequest, formEndpoint } from './form-endpoint.ts'
import type { Grant } from './grant.ts'
import { grantServices } from './grant-services.ts'
import { issuerOf } from './issuer.ts'
import { log } from './log.ts'
import { type RateLimiter, rateHeaders, retryAfter } from './rate-limit.ts'

/** What a grant's function is made of; `token-deployment.ts` builds it from the environment. */
export interface TokenDeployment {
  readonly config: Config
  readonly clients: ClientReader
  readonly limiter: RateLimiter
  /** The rate tier that applies to a client. */
  readonly tierOf: (client: Client) => Promise<RateTier>
  readonly signingKey: () => Promise<SigningKey>
  readonly clock: Clock
}

/** The Lambda handler of a grant. */
export function tokenEndpoint<Values>(grant: Grant<Values>, deployment: TokenDeployment): Handler {
  return formEndpoint(async (request) => {
    const { parameters, headers, event } = request
    refuseQuery(request, grant)
    checkGrantType(parameters, grant)
    const now = fromMilliseconds(deployment.clock())
    const credentials = readClientCredentials(headers.authorization ?? [], parameters)
    log.appendKeys({
      grant_type: grant.grantType,
      client_id: credentials.clientId,
    })
    const client = await authenticateClient(credentials, deployment.clients, now)
    const answer = await withinRate(client, deployment, now, async () => {
      checkClient(client, grant)
      const services = grantServices(
        deployment.config,
        grant.grantType,
        issuerOf(deployment.config.issuer, event),
        deployment.signingKey,
      )
      const issued = await grant.issue({ client, parameters: readDeclared(parameters, grant), now }, services)
      log.info('tokens issued', {
        scope: issued.scope,
        expires_in: issued.expiresIn,
      })
      return {
        status: 200,
        body: tokenResponse(issued, deployment.config.response),
      }
    })
    return toResponse(answer)
  })
}

/** §2.3.1: credentials "MUST NOT be included in the request URI", where logs and histories keep them. */
function refuseQuery<Values>({ event }: FormRequest, grant: Grant<Values>): void {
  const bodyOnly = ['grant_type', 'client_id', 'client_secret', ...Object.keys(grant.parameters)]
  const found = bodyOnly.find((name) => event.queryStringParameters?.[name] !== undefined)
  if (found !== undefined) throw invalidRequest(`${found} must come in the body, not in the URL`)
}

/** Each grant checks this itself, so that neither way to it is a bypass. */
function checkGrantType<Values>(parameters: Parameters, grant: Grant<Values>): void {
  if (requireParameter(parameters, 'grant_type') !== grant.grantType) throw unsupportedGrantType()
}

function checkClient<Values>(client: Client, grant: Grant<Values>): void {
  if (!client.grantTypes.includes(grant.grantType))
    throw unauthorizedClient(`This client is not registered for ${grant.grantType}`)
  if (grant.clientType === 'confidential' && !isConfidential(client))
    throw unauthorizedClient(`${grant.grantType} is for clients that authenticate`)
}

/** A grant sees the parameters it declares; others are ignored (§3.2: "MUST ignore unrecognized"). */
function readDeclared<Values>(parameters: Parameters, grant: Grant<Values>): Values {
  const names = Object.keys(grant.parameters) as (keyof Values & string)[]
  const read = names.map((name) => [name, grant.parameters[name](parameters.get(name))])
  return Object.fromEntries(read) as Values
}

/** Counts the request, and tells where its subject stands in whatever answer follows. */
async function withinRate(
  client: Client,
  { limiter, tierOf }: TokenDeployment,
  now: EpochSeconds,
  answer: () => Promise<Answer>,
): Promise<Answer> {
  const subject = client.account === undefined ? `client:${client.clientId}` : `account:${client.account}`
  const rate = await limiter.count(subject, await tierOf(client), now)
  const headers = rateHeaders(rate)
  if (!rate.allowed) throw tooManyRequests({ ...headers, 'Retry-After': retryAfter(rate, now) })
  try {
    return { headers, ...(await answer()) }
  } catch (error) {
    throw toOAuthError(error).with(headers)
  }
}
