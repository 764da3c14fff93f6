/** From API Gateway's event to what an upstream may see of it. */
import type { AuthorizedRequest } from '../../../shared/http/authorizer-context.ts'
import type { EdgeEvent } from '../../../shared/http/endpoint.ts'
import { identityHeaders } from './identity.ts'
import { queryFields } from './query.ts'
import { requestHeaders } from './request-headers.ts'
import { requestPath } from './request-path.ts'
import type { Headers, UpstreamRequest } from './types.ts'

/**
 * Checks and cleans a request.
 *
 * @throws OAuthError 400 for a path that might mean another one
 */
export function upstreamRequest(
  event: EdgeEvent,
  { caller, address }: Pick<AuthorizedRequest, 'caller' | 'address'>,
): UpstreamRequest {
  const { resource, httpMethod, requestContext, body, isBase64Encoded } = event.original
  const { requestId, stage, identity } = requestContext
  return {
    method: httpMethod,
    path: requestPath(event.original),
    query: queryFields(event.original),
    // Ours come last, so that nothing of the caller's can stand in their place.
    headers: {
      ...requestHeaders(event.multiValueHeaders as Headers),
      ...identityHeaders(caller, requestId),
      // The address that was verified: of a chain of them, part is the caller's word, part the edge's own.
      'x-forwarded-for': [address],
      'x-forwarded-proto': ['https'], // API Gateway and the edge take no other
    },
    body: Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8'),
    caller,
    arrival: {
      requestId,
      resource,
      stage,
      sourceIp: address,
      userAgent: identity.userAgent,
    },
  }
}
