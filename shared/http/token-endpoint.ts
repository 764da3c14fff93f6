/**
 * The token endpoint, RFC 6749 §3.2: everything that every grant needs, once and in this order.
 *
 * The rate is counted after client authentication, since it is the client's own; and before the grant, so
 * that a caller over its limit changes nothing.
 */
import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { Config, RateTier } from '../config/types.ts'
import { fromMilliseconds } from '../protocol/brands.ts'
import { type Client, isConfidential } from '../protocol/client.ts'
import { readClientCredentials } from '../protocol/client-authentication.ts'
import { unauthorizedClient, unsupportedGrantType } from '../protocol/errors.ts'
import { type Parameters, requireParameter } from '../protocol/parameters.ts'
import { tokenResponse } from '../protocol/token-response.ts'
import type { ClientReader } from '../stores/clients.ts'
import type { Clock } from '../stores/memory.ts'
import { toResponse } from './answer.ts'
import { authenticateClient } from './authenticate-client.ts'
import type { Handler } from './endpoint.ts'
import { formEndpoint } from './form-endpoint.ts'
import type { Grant } from './grant.ts'
import { issuerOf } from './issuer.ts'
import { log, MAX_LOGGED_ID } from './log.ts'
import type { RateLimiter } from './rate-limit.ts'
import { refuseQuery } from './refuse-query.ts'
import { strangersRate, withinRate } from './within-rate.ts'

/** What a grant's function is made of; `token-deployment.ts` builds it from the environment. */
export interface TokenDeployment {
  readonly config: Config
  readonly clients: ClientReader
  readonly limiter: RateLimiter
  /** The rate tier that applies to a client. */
  readonly tierOf: (client: Client) => Promise<RateTier>
  /** The caller's address, as limits on strangers count it. */
  readonly source: (event: APIGatewayProxyEvent) => Promise<string>
  readonly clock: Clock
}

/**
 * The Lambda handler of a grant.
 *
 * @param servicesFor gives what the grant uses, bound to the issuer of the request
 */
export function tokenEndpoint<Values, Services>(
  grant: Grant<Values, Services>,
  deployment: TokenDeployment,
  servicesFor: (issuer: string) => Services,
): Handler {
  return formEndpoint(async (request) => {
    const { parameters, headers, event } = request
    checkGrantType(parameters, grant)
    refuseQuery(request, ['grant_type', ...Object.keys(grant.parameters)])
    const now = fromMilliseconds(deployment.clock())
    const credentials = readClientCredentials(headers.authorization ?? [], parameters)
    log.appendKeys({
      grant_type: grant.grantType,
      client_id: credentials.clientId.slice(0, MAX_LOGGED_ID),
    })
    const source = () => deployment.source(event)
    const client = await authenticateClient(credentials, deployment.clients, now)
    const answer = await withinRate({ client, user: source, now }, deployment, async () => {
      checkClient(client, grant)
      if (!deployment.config.grants[grant.grantType]) throw unsupportedGrantType()
      const issued = await grant.issue(
        { client, parameters: readDeclared(parameters, grant), source, now },
        servicesFor(issuerOf(deployment.config.issuer, event)),
      )
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
  }, strangersRate(deployment))
}

/**
 * Each grant checks this itself, so that neither way to it is a bypass; and first, since the token endpoint hands
 * it what no grant offers.
 */
function checkGrantType<Values, Services>(parameters: Parameters, grant: Grant<Values, Services>): void {
  if (requireParameter(parameters, 'grant_type') !== grant.grantType) throw unsupportedGrantType()
}

function checkClient<Values, Services>(client: Client, grant: Grant<Values, Services>): void {
  if (!client.grantTypes.includes(grant.grantType))
    throw unauthorizedClient(`This client is not registered for ${grant.grantType}`)
  if (grant.clientType === 'confidential' && !isConfidential(client))
    throw unauthorizedClient(`${grant.grantType} is for clients that authenticate`)
}

/** A grant sees the parameters it declares; others are ignored (§3.2: "MUST ignore unrecognized"). */
function readDeclared<Values, Services>(parameters: Parameters, grant: Grant<Values, Services>): Values {
  const names = Object.keys(grant.parameters) as (keyof Values & string)[]
  const read = names.map((name) => [name, grant.parameters[name](parameters.get(name), name)])
  return Object.fromEntries(read) as Values
}
