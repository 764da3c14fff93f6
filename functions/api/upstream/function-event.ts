/** The event that a function behind us gets: a REST API's, as far as it may know it. */
import { formatScope } from '../../../shared/protocol/scope.ts'
import { jsonBody } from './body.ts'
import type { Fields, Headers, UpstreamRequest } from './types.ts'

/**
 * An event of API Gateway's Lambda proxy integration. Header names are in lower case; the path is encoded as it
 * would be for an https upstream; `requestContext.authorizer` names the caller, as texts, and the identity
 * headers do so too. No credential is in it.
 */
export function functionEvent(request: UpstreamRequest): object {
  const { method, path, query, headers, body, arrival } = request
  const { requestId, resource, stage, sourceIp, userAgent } = arrival
  return {
    resource,
    path: path.path,
    httpMethod: method,
    headers: lastValues(headers),
    multiValueHeaders: headers,
    // API Gateway says null where there is none.
    queryStringParameters: query.length === 0 ? null : Object.fromEntries(query),
    multiValueQueryStringParameters: query.length === 0 ? null : grouped(query),
    pathParameters: Object.keys(path.parameters).length === 0 ? null : path.parameters,
    stageVariables: null,
    requestContext: {
      requestId,
      httpMethod: method,
      resourcePath: resource,
      path: path.path,
      stage,
      identity: { sourceIp, userAgent },
      authorizer: callerTexts(request),
    },
    ...(body.length === 0
      ? { body: null, isBase64Encoded: false }
      : jsonBody(body, headers['content-encoding'] !== undefined)),
  }
}

/** API Gateway has texts alone in an authorizer's context. */
function callerTexts({ caller }: UpstreamRequest): Readonly<Record<string, string>> {
  const { scope, issuedAt, expiresAt, ...texts } = caller
  return {
    principalId: caller.subject,
    ...texts,
    scope: formatScope(scope),
    issuedAt: String(issuedAt),
    ...(expiresAt === undefined ? {} : { expiresAt: String(expiresAt) }),
  }
}

function lastValues(headers: Headers): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, values.at(-1) ?? '']))
}

function grouped(fields: Fields): Record<string, string[]> {
  // A Map, since a caller may name a field `__proto__`.
  const result = new Map<string, string[]>()
  for (const [name, value] of fields) result.set(name, [...(result.get(name) ?? []), value])
  return Object.fromEntries(result)
}
