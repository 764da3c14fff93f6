/**
 * CloudFront in front of the API.
 *
 * What is left out, and why: answers are not cached, so that a test sees the origin every time (the behaviour
 * of a cache is CloudFront's own); a viewer is not redirected to HTTPS, since the loopback interface speaks
 * plain HTTP; the web ACL is not run; bodies are not compressed.
 */
import { randomBytes } from 'node:crypto'
import {
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  headerValue,
  withoutHeaders,
} from '../http/types.ts'
import { matchesWildcard } from '../iam/wildcard.ts'
import type { Functions } from '../lambda/functions.ts'
import { applyEdgeResult, originResponseEvent } from './edge-function.ts'
import { originRequest } from './forwarding.ts'
import type { Behavior, Distribution, Origin, ResponseHeadersPolicy } from './types.ts'

export type EdgeServices = {
  readonly functions: Functions
  /** The server behind a domain name. */
  readonly origin: (domainName: string) => HttpHandler
  readonly report: (line: string) => void
}

export function distributionHandler(distribution: Distribution, services: EdgeServices): HttpHandler {
  return async (request) => {
    const requestId = randomBytes(40).toString('base64url')
    const response = await answer(distribution, services, request, requestId)
    const origin = response.status < 400 ? 'Miss' : 'Error'
    return {
      ...response,
      headers: [
        ...withoutHeaders(response.headers, 'connection', 'keep-alive', 'via', 'x-cache'),
        ['X-Cache', `${origin} from cloudfront`],
        ['Via', '1.1 local.cloudfront.net (CloudFront)'],
        ['X-Amz-Cf-Pop', 'LOCAL'],
        ['X-Amz-Cf-Id', requestId],
      ],
    }
  }
}

async function answer(
  distribution: Distribution,
  services: EdgeServices,
  request: HttpRequest,
  requestId: string,
): Promise<HttpResponse> {
  const [path = '/'] = request.target.split('?')
  const behavior = distribution.behaviors.find(({ pathPattern }) => fitsPath(pathPattern, path))
  const origin = behavior && distribution.origins.get(behavior.originId)
  if (!behavior || !origin) return errorPage(502, 'no behaviour fits the request')
  if (!behavior.allowedMethods.includes(request.method)) {
    return errorPage(
      403,
      'This distribution is not configured to allow the HTTP request method that was used.',
    )
  }
  if (['GET', 'HEAD'].includes(request.method) && request.body.length > 0) {
    return errorPage(403, `A ${request.method} request must not have a body.`)
  }
  const sent = originRequest(request, behavior, origin, requestId)
  const answered = await askOrigin(services, origin, sent)
  const edited = await runEdgeFunction(
    distribution,
    behavior,
    origin,
    services,
    sent,
    request.sourceIp,
    answered,
    requestId,
  )
  return behavior.responseHeaders ? applyResponseHeaders(edited, behavior.responseHeaders) : edited
}

/** An API answers under its own name only: a viewer's Host that is passed on is refused. */
async function askOrigin(services: EdgeServices, origin: Origin, sent: HttpRequest): Promise<HttpResponse> {
  if (headerValue(sent.headers, 'host') === origin.domainName) return services.origin(origin.domainName)(sent)
  services.report(`the edge passes the viewer's Host on to ${origin.domainName}, which refuses it`)
  return {
    status: 403,
    headers: [['Content-Type', 'application/json']],
    body: Buffer.from('{"message":"Forbidden"}'),
  }
}

async function runEdgeFunction(
  distribution: Distribution,
  behavior: Behavior,
  origin: Origin,
  { functions, report }: EdgeServices,
  sent: HttpRequest,
  clientIp: string,
  response: HttpResponse,
  requestId: string,
): Promise<HttpResponse> {
  if (behavior.originResponseFunction === undefined) return response
  const event = originResponseEvent(distribution, origin, sent, clientIp, response, requestId)
  const result = await functions.invoke(
    functions.target(behavior.originResponseFunction),
    JSON.stringify(event),
  )
  if (result.kind === 'failed') {
    report(`edge function: ${result.error.errorMessage}`)
    return errorPage(503, 'The Lambda function associated with the CloudFront distribution failed.')
  }
  const edited = applyEdgeResult(result.payload, response)
  if (typeof edited !== 'string') return edited
  report(`edge function: invalid result: ${edited}`)
  return errorPage(502, 'The Lambda function returned an invalid response.')
}

function applyResponseHeaders(response: HttpResponse, policy: ResponseHeadersPolicy): HttpResponse {
  const kept = withoutHeaders(response.headers, ...policy.remove)
  const set = policy.set.filter(({ name, override }) => override || headerValue(kept, name) === undefined)
  const replaced = withoutHeaders(kept, ...set.map(({ name }) => name.toLowerCase()))
  return { ...response, headers: [...replaced, ...set.map(({ name, value }) => [name, value] as const)] }
}

/** Patterns may be written without the leading slash. */
function fitsPath(pattern: string, path: string): boolean {
  return matchesWildcard(pattern.startsWith('/') || pattern === '*' ? pattern : `/${pattern}`, path)
}

function errorPage(status: number, reason: string): HttpResponse {
  return {
    status,
    headers: [
      ['Server', 'CloudFront'],
      ['Content-Type', 'text/html'],
    ],
    body: Buffer.from(
      `<!DOCTYPE html>\n<title>ERROR: The request could not be satisfied</title>\n<p>${reason}</p>\n`,
    ),
  }
}
