/** AWS::ApiGateway::Method. */
import { integrationLimitMilliseconds } from '../api-gateway/limits.ts'
import type { RestApiModel } from '../api-gateway/model.ts'
import type { Authorizer } from '../api-gateway/types.ts'
import type { Properties } from '../template/properties.ts'
import { apiOf } from './api-gateway.ts'
import type { Provider } from './provider.ts'

const invocationUri =
  /^arn:aws:apigateway:[^:]+:lambda:path\/2015-03-31\/functions\/(arn:aws:lambda:[^/]+)\/invocations$/

export const method: Provider = ({ logicalId, properties, world }) => {
  for (const unsupported of ['AuthorizationScopes', 'RequestValidatorId', 'RequestModels']) {
    properties.refuse(unsupported, 'it decides which requests are let in')
  }
  properties.ignore('for people', 'OperationName')
  properties.ignore(
    'a Lambda proxy gives answer and parameters as they are',
    'MethodResponses',
    'RequestParameters',
  )
  const api = apiOf(properties, world)
  const authorizer = authorizerOf(properties, api)
  const integration = properties.object('Integration')
  api.addMethod(logicalId, {
    httpMethod: properties.string('HttpMethod'),
    resourceId: properties.string('ResourceId'),
    functionArn: functionArnIn(integration),
    timeoutMilliseconds: timeoutOf(integration),
    apiKeyRequired: properties.boolean('ApiKeyRequired', false),
    ...(authorizer === undefined ? {} : { authorizer }),
  })
  return { ref: logicalId }
}

function authorizerOf(properties: Properties, api: RestApiModel): Authorizer | undefined {
  const type = properties.optionalString('AuthorizationType') ?? 'NONE'
  if (type === 'NONE') {
    properties.refuse('AuthorizerId', 'without AuthorizationType CUSTOM nobody would ask the authorizer')
    return undefined
  }
  if (type !== 'CUSTOM')
    properties.fail('AuthorizationType', `is ${type}: only NONE and CUSTOM are supported`)
  const id = properties.string('AuthorizerId')
  return (
    api.authorizers.get(id) ??
    properties.fail('AuthorizerId', `names ${id}, which is no authorizer of the API`)
  )
}

function functionArnIn(integration: Properties): string {
  const type = integration.string('Type')
  if (type !== 'AWS_PROXY') integration.fail('Type', `is ${type}: only AWS_PROXY is supported`)
  const verb = integration.string('IntegrationHttpMethod')
  if (verb !== 'POST') integration.fail('IntegrationHttpMethod', `is ${verb}: Lambda is invoked by POST`)
  for (const unsupported of [
    'Credentials',
    'ConnectionType',
    'CacheKeyParameters',
    'ResponseTransferMode',
    'RequestTemplates',
  ]) {
    integration.refuse(unsupported, 'it changes how the function is invoked')
  }
  integration.ignore(
    'a Lambda proxy gives answers as they are',
    'IntegrationResponses',
    'PassthroughBehavior',
    'ContentHandling',
  )
  integration.ignore('nothing is cached here', 'CacheNamespace')
  return invokedFunctionArn(integration, 'Uri')
}

/** The function in an invocation URI of API Gateway's. */
export function invokedFunctionArn(properties: Properties, name: string): string {
  const uri = properties.string(name)
  return invocationUri.exec(uri)?.[1] ?? properties.fail(name, `is no Lambda invocation: ${uri}`)
}

function timeoutOf(integration: Properties): number {
  const timeout = integration.optionalNumber('TimeoutInMillis') ?? integrationLimitMilliseconds
  if (timeout < 50 || timeout > integrationLimitMilliseconds) {
    integration.fail(
      'TimeoutInMillis',
      `is ${timeout}: it must be between 50 and ${integrationLimitMilliseconds}`,
    )
  }
  return timeout
}
