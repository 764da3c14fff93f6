/** The events that a Lambda proxy integration of a REST API and its authorizer receive. */
import { type HeaderField, type HttpRequest, headerValue } from '../http/types.ts'
import { account } from '../identity.ts'
import type { Json, JsonObject } from '../json.ts'
import type { RequestVariables } from './context.ts'
import type { RouteMatch } from './routes.ts'

/**
 * Builds the event.
 *
 * @param path the path below the stage, undecoded
 * @param body the request's, which is not over the size limit
 */
export function proxyEvent(
  request: HttpRequest,
  body: Buffer,
  { route, pathParameters }: RouteMatch,
  path: string,
  variables: RequestVariables,
  binaryMediaTypes: readonly string[],
): Json {
  const query = parseQuery(request.target)
  const isBinary = matchesMediaType(binaryMediaTypes, headerValue(request.headers, 'content-type'))
  const context = requestContext(request, variables)
  const authorizer = authorizerContext(variables)
  return {
    resource: route.resourcePath,
    path,
    httpMethod: request.method,
    headers: lastValues(request.headers),
    multiValueHeaders: allValues(request.headers),
    queryStringParameters: query.length > 0 ? lastValues(query) : null,
    multiValueQueryStringParameters: query.length > 0 ? allValues(query) : null,
    pathParameters,
    stageVariables: null,
    requestContext: authorizer ? { ...context, authorizer } : context,
    // Bytes that are no UTF-8 become replacement characters, as they do in API Gateway.
    body: body.length === 0 ? null : body.toString(isBinary ? 'base64' : 'utf8'),
    isBase64Encoded: isBinary && body.length > 0,
  }
}

/**
 * Builds the event of an authorizer of type REQUEST: the same without body, and with `{}` where the other
 * has `null`.
 */
export function authorizerEvent(
  methodArn: string,
  request: HttpRequest,
  { route, pathParameters }: RouteMatch,
  path: string,
  variables: RequestVariables,
): Json {
  const query = parseQuery(request.target)
  return {
    type: 'REQUEST',
    methodArn,
    resource: route.resourcePath,
    path,
    httpMethod: request.method,
    headers: lastValues(request.headers),
    multiValueHeaders: allValues(request.headers),
    queryStringParameters: lastValues(query),
    multiValueQueryStringParameters: allValues(query),
    pathParameters: pathParameters ?? {},
    stageVariables: {},
    requestContext: requestContext(request, variables),
  }
}

/** Whether one of the API's binary media types covers a content type; a missing one is octets. */
export function matchesMediaType(types: readonly string[], value: string | undefined): boolean {
  const wanted = (value ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? ''
  return types.some(
    (type) => type === '*/*' || type.toLowerCase() === wanted || type === `${wanted.split('/')[0]}/*`,
  )
}

/** Principal and context as the authorizer gave them, all as texts; only the latency is a number. */
function authorizerContext(variables: RequestVariables): JsonObject | undefined {
  if (!variables.has('authorizer.principalId')) return undefined
  const own = [...variables]
    .filter(([name]) => name.startsWith('authorizer.'))
    .map(([name, value]): [string, Json] => [name.slice('authorizer.'.length), value])
  return {
    ...Object.fromEntries(own),
    integrationLatency: Number(variables.get('authorizer.integrationLatency')),
  }
}

function requestContext(request: HttpRequest, variables: RequestVariables): JsonObject {
  const value = (name: string) => variables.get(name) ?? ''
  const apiKey = variables.get('identity.apiKey')
  const apiKeyId = variables.get('identity.apiKeyId')
  return {
    resourceId: value('resourceId'),
    resourcePath: value('resourcePath'),
    httpMethod: request.method,
    extendedRequestId: value('extendedRequestId'),
    requestTime: value('requestTime'),
    path: value('path'),
    accountId: account,
    protocol: value('protocol'),
    stage: value('stage'),
    domainPrefix: value('domainPrefix'),
    requestTimeEpoch: Number(value('requestTimeEpoch')),
    requestId: value('requestId'),
    identity: {
      cognitoIdentityPoolId: null,
      accountId: null,
      cognitoIdentityId: null,
      caller: null,
      sourceIp: request.sourceIp,
      principalOrgId: null,
      accessKey: null,
      cognitoAuthenticationType: null,
      cognitoAuthenticationProvider: null,
      userArn: null,
      userAgent: headerValue(request.headers, 'user-agent') ?? null,
      user: null,
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(apiKeyId === undefined ? {} : { apiKeyId }),
    },
    domainName: value('domainName'),
    deploymentId: value('deploymentId'),
    apiId: value('apiId'),
  }
}

function parseQuery(target: string): HeaderField[] {
  return [...new URLSearchParams(target.split('?').slice(1).join('?'))]
}

function lastValues(fields: readonly HeaderField[]): Json {
  return Object.fromEntries(fields)
}

function allValues(fields: readonly HeaderField[]): Json {
  // A Map, since a caller may name a header `constructor`.
  const result = new Map<string, string[]>()
  for (const [name, value] of fields) result.set(name, [...(result.get(name) ?? []), value])
  return Object.fromEntries(result)
}
