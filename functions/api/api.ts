/**
 * The team's own API behind our tokens: rate, route, scope and path are checked in this order, and what passes
 * goes to the route's upstream.
 *
 * Rate comes first, since every request counts. Scope comes before the path, so that nobody learns by tricks
 * of the path what a route without its scope would take.
 */
import type { APIGatewayProxyResult } from 'aws-lambda'
import type { ApiRoute } from '../../shared/config/types.ts'
import { toResponse } from '../../shared/http/answer.ts'
import {
  type ApiCaller,
  type AuthorizedRequest,
  readAuthorizedRequest,
} from '../../shared/http/authorizer-context.ts'
import { type EdgeEvent, endpoint, type Handler } from '../../shared/http/endpoint.ts'
import { toOAuthError } from '../../shared/http/failures.ts'
import { log } from '../../shared/http/log.ts'
import { type RateState, rateHeaders, retryAfter } from '../../shared/http/rate-limit.ts'
import { type EpochSeconds, fromMilliseconds } from '../../shared/protocol/brands.ts'
import { presentedTokenPath } from '../../shared/protocol/endpoints.ts'
import { insufficientScope, tooManyRequests } from '../../shared/protocol/errors.ts'
import { type Containments, covers } from '../../shared/protocol/scope.ts'
import type { Clock } from '../../shared/stores/memory.ts'
import { presentedToken } from './presented-token.ts'
import { type PreferredPaths, preferredPaths, requireMethod, requireMostSpecific, routeOf } from './route.ts'
import { upstreamRequest } from './upstream/request.ts'
import { upstreamResponse } from './upstream/response.ts'
import type { Upstream } from './upstream/types.ts'

export interface ApiServices {
  readonly routes: readonly ApiRoute[]
  readonly scopes: Containments
  /** By name. */
  readonly upstreams: ReadonlyMap<string, Upstream>
  readonly clock: Clock
}

/** The handler behind the authorizer, whose context tells who calls and at which rate. */
export function apiEndpoint(services: ApiServices): Handler {
  const preferred = preferredPaths(services.routes)
  return endpoint([], async (event) => {
    const now = fromMilliseconds(services.clock())
    const authorized = readAuthorizedRequest(event.original)
    log.appendKeys(factsOf(event, authorized.caller))
    return recorded(services.clock, () =>
      tellingRate(authorized.rate, now, () => answer(event, authorized, services, preferred)),
    )
  })
}

/** One line for each request of a known caller, however it ends. */
async function recorded(
  clock: Clock,
  respond: () => Promise<APIGatewayProxyResult>,
): Promise<APIGatewayProxyResult> {
  const started = clock()
  const record = (status: number) => log.info('api request', { status, milliseconds: clock() - started })
  try {
    const response = await respond()
    record(response.statusCode)
    return response
  } catch (error) {
    const refusal = toOAuthError(error)
    record(refusal.status)
    throw refusal
  }
}

/** Tells where the caller stands in whatever answer follows; over the rate, that is a 429. */
async function tellingRate(
  rate: RateState,
  now: EpochSeconds,
  respond: () => Promise<APIGatewayProxyResult>,
): Promise<APIGatewayProxyResult> {
  const told = rateHeaders(rate, now)
  if (!rate.allowed) throw tooManyRequests({ ...told, 'Retry-After': retryAfter(rate, now) })
  try {
    const response = await respond()
    return { ...response, headers: { ...response.headers, ...told } }
  } catch (error) {
    throw toOAuthError(error).with(told)
  }
}

async function answer(
  event: EdgeEvent,
  authorized: AuthorizedRequest,
  { routes, scopes, upstreams }: ApiServices,
  preferred: PreferredPaths,
): Promise<APIGatewayProxyResult> {
  const { resource, httpMethod } = event.original
  const { caller } = authorized
  if (resource === presentedTokenPath) {
    requireMethod(['GET'], httpMethod)
    return toResponse(presentedToken(caller))
  }
  const route = routeOf(routes, resource, httpMethod)
  if (!covers(caller.scope, route.scope, scopes)) throw insufficientScope(route.scope)
  const request = upstreamRequest(event, authorized)
  requireMostSpecific(preferred(resource), request.path.path)
  const upstream = upstreams.get(route.upstream)
  if (!upstream) throw new Error(`there is no upstream ${route.upstream}`)
  log.appendKeys({ upstream: route.upstream })
  const answered = await upstream(request)
  log.appendKeys({ upstream_status: answered.status })
  return upstreamResponse(route.upstream, request.method, answered)
}

/** What each line of the log tells of a request; nothing of its query or body, and no token. */
function factsOf({ original: { resource, httpMethod } }: EdgeEvent, caller: ApiCaller) {
  const { kind, tokenId, clientId, account, tier } = caller
  return {
    route: resource,
    method: httpMethod,
    token_kind: kind,
    token_id: tokenId,
    tier,
    ...(clientId === undefined ? {} : { client_id: clientId }),
    ...(account === undefined ? {} : { account }),
  }
}
