/**
 * One stage of a REST API, answering requests.
 *
 * The order is API Gateway's: size of the head, stage, route, body size, authorizer, API key, throttle,
 * permission, function. Of the throttles it is documented that a usage plan's comes before the stage's. The
 * former may need a key that the authorizer gives, so the stage's comes after the authorizer as well.
 */
import { AwsError } from '../aws/errors.ts'
import { type HttpHandler, type HttpRequest, type HttpResponse, headerValue } from '../http/types.ts'
import type { LambdaPermissions } from '../iam/lambda-permissions.ts'
import { arn } from '../identity.ts'
import type { Functions, InvocationTarget } from '../lambda/functions.ts'
import type { InvocationResult } from '../lambda/types.ts'
import type { AccessLog } from './access-log.ts'
import { type ApiKeyServices, refuseApiKey } from './api-key.ts'
import { type Authorized, authorize } from './authorizer.ts'
import { type RequestVariables, requestVariables } from './context.ts'
import { matchesMediaType, proxyEvent } from './event.ts'
import type { GatewayResponseType } from './gateway-response-types.ts'
import { gatewayResponse } from './gateway-responses.ts'
import { pathBelow, withForwardingHeaders } from './incoming.ts'
import { plainAnswer, requestHeadBytes } from './limits.ts'
import type { RestApiModel } from './model.ts'
import { readProxyResponse } from './proxy-response.ts'
import { type RouteMatch, RouteTree } from './routes.ts'
import { Throttle } from './throttle.ts'
import type { Stage } from './types.ts'
import { within } from './within.ts'

/** API Gateway's limit on request line and headers together. */
const headLimitBytes = 10_240

export type StageServices = ApiKeyServices & {
  readonly functions: Functions
  readonly permissions: LambdaPermissions
  readonly accessLog: AccessLog
  readonly report: (line: string) => void
}

type Outcome = HttpResponse | GatewayResponseType

/** @param domainName under which the stage is being reached */
export function stageHandler(
  api: RestApiModel,
  stage: Stage,
  domainName: string,
  services: StageServices,
): HttpHandler {
  const routes = new RouteTree(stage.deployment.routes)
  const throttle = new Throttle(stage.methodSettings)
  const identity = {
    id: api.id,
    domainName,
    stage: stage.name,
    deploymentId: stage.deployment.id,
  }

  return async (received) => {
    if (requestHeadBytes(received) > headLimitBytes) {
      return plainAnswer(431, `HTTP header is larger than ${headLimitBytes} bytes.`)
    }
    const [wholePath = '/'] = received.target.split('?')
    const path = pathBelow(stage.name, wholePath)
    if (path === undefined) return forbidden()
    const receivedAt = new Date()
    const request = withForwardingHeaders(received)
    const variables = requestVariables(request, identity, wholePath, receivedAt)
    const outcome = await answer(request, path, variables)
    const response =
      typeof outcome === 'string'
        ? gatewayResponse(outcome, stage.deployment.gatewayResponses, request, variables)
        : outcome
    variables.set('status', String(response.status))
    variables.set('responseLength', String(response.body.length))
    variables.set('responseLatency', String(Date.now() - receivedAt.getTime()))
    if (stage.accessLogFormat !== undefined) services.accessLog.write(stage.accessLogFormat, variables)
    return response
  }

  async function answer(request: HttpRequest, path: string, variables: RequestVariables): Promise<Outcome> {
    const match = findRoute(routes, request.method, path)
    if (match === 'malformed') return 'BAD_REQUEST_PARAMETERS'
    if (!match) return 'MISSING_AUTHENTICATION_TOKEN'
    variables.set('resourceId', match.route.resourceId)
    variables.set('resourcePath', match.route.resourcePath)
    if (request.body === 'too large') return 'REQUEST_TOO_LARGE'
    const refusal = await refuse(request, match, path, variables)
    if (refusal !== undefined) return refusal
    if (!throttle.admits(match.route)) return 'THROTTLED'
    const target = permittedTarget(match)
    if (!target) return 'API_CONFIGURATION_ERROR'
    const event = proxyEvent(request, request.body, match, path, variables, api.binaryMediaTypes)
    return integrate(request, match, target, JSON.stringify(event), variables)
  }

  /** Asks the authorizer, then looks at the API key, where the method wants them. */
  async function refuse(
    request: HttpRequest,
    match: RouteMatch,
    path: string,
    variables: RequestVariables,
  ): Promise<GatewayResponseType | undefined> {
    const { authorizer, apiKeyRequired } = match.route.method
    const header = api.apiKeySource === 'HEADER' ? headerValue(request.headers, 'x-api-key') : undefined
    if (apiKeyRequired && header !== undefined) variables.set('identity.apiKey', header)
    const authorized: Authorized | GatewayResponseType = authorizer
      ? await authorize(authorizer, request, match, path, variables, services)
      : {}
    if (typeof authorized === 'string') return authorized
    if (!apiKeyRequired) return undefined
    const key = api.apiKeySource === 'HEADER' ? header : authorized.usageIdentifierKey
    return refuseApiKey(key, { apiId: api.id, stage: stage.name }, services, variables)
  }

  /** The function, where it exists and its resource policy lets this API in for this very method. */
  function permittedTarget({ route }: RouteMatch): InvocationTarget | undefined {
    const { functionArn, httpMethod } = route.method
    // API Gateway asks with the method as the template has it: `ANY` is written `*`.
    const method = httpMethod === 'ANY' ? '*' : httpMethod
    const source = arn('execute-api', `${api.id}/${stage.name}/${method}${route.resourcePath}`)
    if (!services.permissions.allow(functionArn, 'apigateway.amazonaws.com', source)) {
      services.report(
        `API Gateway may not invoke ${functionArn} for ${source}: no Lambda permission allows it`,
      )
      return undefined
    }
    return services.functions.target(functionArn)
  }

  async function integrate(
    request: HttpRequest,
    match: RouteMatch,
    target: InvocationTarget,
    event: string,
    variables: RequestVariables,
  ): Promise<Outcome> {
    const started = Date.now()
    try {
      const result = await within(
        match.route.method.timeoutMilliseconds,
        services.functions.invoke(target, event),
      )
      variables.set('integrationLatency', String(Date.now() - started))
      if (result === 'timed out') return 'INTEGRATION_TIMEOUT'
      return respond(request, result, variables)
    } catch (error) {
      if (!(error instanceof AwsError)) throw error
      variables.set('integrationStatus', String(error.status))
      services.report(`${request.method} ${match.route.resourcePath}: ${error.message}`)
      return error.code === 'RequestTooLargeException' ? 'REQUEST_TOO_LARGE' : 'API_CONFIGURATION_ERROR'
    }
  }

  function respond(request: HttpRequest, result: InvocationResult, variables: RequestVariables): Outcome {
    // Whether the function threw, timed out or answered nonsense: it gave no proxy response.
    const payload = result.kind === 'returned' ? result.payload : JSON.stringify(result.error)
    const decode = matchesMediaType(api.binaryMediaTypes, headerValue(request.headers, 'accept'))
    const response = readProxyResponse(payload, decode)
    variables.set('integrationStatus', '200')
    if (!response) {
      const told = result.kind === 'failed' ? result.error.errorMessage : 'malformed Lambda proxy response'
      services.report(`${request.method} ${variables.get('resourcePath')}: ${told}`)
      return 'DEFAULT_5XX'
    }
    return {
      ...response,
      headers: [
        ...response.headers,
        ['x-amzn-RequestId', variables.get('requestId') ?? ''],
        ['x-amz-apigw-id', variables.get('extendedRequestId') ?? ''],
      ],
    }
  }
}

function findRoute(routes: RouteTree, method: string, path: string): RouteMatch | 'malformed' | undefined {
  try {
    return routes.match(method, path)
  } catch (error) {
    if (error instanceof URIError) return 'malformed'
    throw error
  }
}

/** A stage that does not exist: no API is found, so no gateway response applies. */
function forbidden(): HttpResponse {
  const headers = [
    ['Content-Type', 'application/json'],
    ['x-amzn-ErrorType', 'ForbiddenException'],
  ] as const
  return { status: 403, headers, body: Buffer.from('{"message":"Forbidden"}') }
}
