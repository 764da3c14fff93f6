/** AWS::ApiGateway::Method. */
import type { Properties } from '../template/properties.ts'
import { apiOf } from './api-gateway.ts'
import type { Provider } from './provider.ts'

/** API Gateway's limit on an integration, unless the account was granted more. */
const integrationLimitMilliseconds = 29_000

const integrationUri =
  /^arn:aws:apigateway:[^:]+:lambda:path\/2015-03-31\/functions\/(arn:aws:lambda:[^/]+)\/invocations$/

export const method: Provider = ({ logicalId, properties, world }) => {
  const authorization = properties.optionalString('AuthorizationType') ?? 'NONE'
  if (authorization !== 'NONE')
    properties.fail('AuthorizationType', `is ${authorization}, which is not supported yet`)
  if (properties.boolean('ApiKeyRequired', false))
    properties.fail('ApiKeyRequired', 'is set, which is not supported yet')
  for (const unsupported of ['AuthorizerId', 'AuthorizationScopes', 'RequestValidatorId', 'RequestModels']) {
    properties.refuse(unsupported, 'it decides which requests are let in')
  }
  properties.ignore('for people', 'OperationName')
  properties.ignore(
    'a Lambda proxy gives answer and parameters as they are',
    'MethodResponses',
    'RequestParameters',
  )
  const integration = properties.object('Integration')
  apiOf(properties, world).addMethod(logicalId, {
    httpMethod: properties.string('HttpMethod'),
    resourceId: properties.string('ResourceId'),
    functionArn: functionArnIn(integration),
    timeoutMilliseconds: timeoutOf(integration),
  })
  return { ref: logicalId }
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
  const uri = integration.string('Uri')
  return integrationUri.exec(uri)?.[1] ?? integration.fail('Uri', `is no Lambda invocation: ${uri}`)
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
