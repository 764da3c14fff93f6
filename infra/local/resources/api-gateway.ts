/** AWS::ApiGateway::RestApi, Resource, GatewayResponse, Deployment and Stage. */
import { assertGatewayResponse, assertTemplate } from '../api-gateway/gateway-responses.ts'
import type { RestApiModel } from '../api-gateway/model.ts'
import { RestApiModel as Model } from '../api-gateway/model.ts'
import type { MethodSetting } from '../api-gateway/types.ts'
import { stableId } from '../identity.ts'
import type { Properties } from '../template/properties.ts'
import type { Provider } from './provider.ts'
import type { World } from './world.ts'

export const restApi: Provider = ({ logicalId, properties, world }) => {
  properties.ignore('for people', 'Name', 'Description', 'Tags')
  properties.ignore(
    'the local address is neither regional nor TLS',
    'EndpointConfiguration',
    'EndpointAccessMode',
    'SecurityPolicy',
  )
  for (const unsupported of ['Body', 'BodyS3Location', 'Policy', 'MinimumCompressionSize', 'CloneFrom']) {
    properties.refuse(unsupported, 'it changes how the API answers')
  }
  if (properties.boolean('DisableExecuteApiEndpoint', false)) {
    properties.fail('DisableExecuteApiEndpoint', 'is set, so that nobody could reach the API')
  }
  const source = properties.optionalString('ApiKeySourceType') ?? 'HEADER'
  if (source !== 'HEADER' && source !== 'AUTHORIZER')
    return properties.fail('ApiKeySourceType', `is ${source}: it takes HEADER or AUTHORIZER`)
  const api = new Model(`${world.stackName}/${logicalId}`, properties.strings('BinaryMediaTypes'), source)
  world.apis.set(api.id, api)
  return { ref: api.id, attributes: { RestApiId: api.id, RootResourceId: api.rootResourceId } }
}

export const resource: Provider = ({ logicalId, properties, world }) => {
  const id = stableId(`${world.stackName}/${logicalId}`, 10)
  const pathPart = properties.string('PathPart')
  apiOf(properties, world).addResource({ id, parentId: properties.string('ParentId'), pathPart })
  return { ref: id, attributes: { ResourceId: id } }
}

export const gatewayResponse: Provider = ({ logicalId, properties, world }) => {
  const statusCode = properties.optionalNumber('StatusCode')
  const definition = {
    responseType: properties.string('ResponseType'),
    ...(statusCode === undefined ? {} : { statusCode }),
    parameters: properties.stringMap('ResponseParameters'),
    templates: properties.stringMap('ResponseTemplates'),
  }
  assertGatewayResponse(definition, logicalId)
  apiOf(properties, world).addGatewayResponse(logicalId, definition)
  return { ref: stableId(logicalId, 10) }
}

export const deployment: Provider = ({ logicalId, properties, world, dependencies }) => {
  properties.ignore('for people', 'Description')
  for (const unsupported of ['StageName', 'StageDescription', 'DeploymentCanarySettings']) {
    properties.refuse(unsupported, 'the stage has a resource of its own')
  }
  const id = stableId(`${world.stackName}/${logicalId}`, 6)
  apiOf(properties, world).deploy(id, dependencies)
  return { ref: id, attributes: { DeploymentId: id } }
}

export const stage: Provider = ({ properties, world }) => {
  const api = apiOf(properties, world)
  const name = properties.string('StageName')
  properties.ignore('for people', 'Description', 'Tags', 'DocumentationVersion')
  properties.ignore('traces go nowhere', 'TracingEnabled')
  if (properties.boolean('CacheClusterEnabled', false))
    properties.fail('CacheClusterEnabled', 'is set: nothing is cached here')
  for (const unsupported of ['Variables', 'CanarySetting', 'ClientCertificateId', 'CacheClusterSize']) {
    properties.refuse(unsupported, 'it changes how the stage answers')
  }
  const format = properties.optionalObject('AccessLogSetting')
  format?.ignore('lines go into the log folder', 'DestinationArn')
  const accessLogFormat = format?.optionalString('Format')
  if (accessLogFormat !== undefined) assertTemplate(accessLogFormat, `stage ${name}, AccessLogSetting.Format`)
  api.stages.set(name, {
    name,
    deployment: api.deployment(properties.string('DeploymentId')),
    methodSettings: properties.objects('MethodSettings').map(readMethodSetting),
    ...(accessLogFormat === undefined ? {} : { accessLogFormat }),
  })
  return { ref: name }
}

/** @throws LocalStackError when the property names an API that the template does not have. */
export function apiOf(properties: Properties, world: World): RestApiModel {
  const id = properties.string('RestApiId')
  return world.apis.get(id) ?? properties.fail('RestApiId', `names ${id}, which is no API of this stack`)
}

function readMethodSetting(setting: Properties): MethodSetting {
  // It logs bodies, and with them secrets and tokens.
  if (setting.boolean('DataTraceEnabled', false))
    setting.fail('DataTraceEnabled', 'is set: it would log tokens')
  setting.ignore('the log is always written, metrics never', 'LoggingLevel', 'MetricsEnabled')
  setting.ignore('nothing is cached here', 'CacheDataEncrypted', 'CacheTtlInSeconds')
  if (setting.boolean('CachingEnabled', false))
    setting.fail('CachingEnabled', 'is set: nothing is cached here')
  const ratePerSecond = setting.optionalNumber('ThrottlingRateLimit')
  const burst = setting.optionalNumber('ThrottlingBurstLimit')
  return {
    resourcePath: setting.optionalString('ResourcePath') ?? '/*',
    httpMethod: setting.optionalString('HttpMethod') ?? '*',
    ...(ratePerSecond === undefined ? {} : { ratePerSecond }),
    ...(burst === undefined ? {} : { burst }),
  }
}
