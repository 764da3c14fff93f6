/** AWS::ApiGateway::Authorizer. */
import { stableId } from '../identity.ts'
import type { Properties } from '../template/properties.ts'
import { apiOf } from './api-gateway.ts'
import { invokedFunctionArn } from './api-gateway-method.ts'
import type { Provider } from './provider.ts'

export const authorizer: Provider = ({ logicalId, properties, world }) => {
  const type = properties.string('Type')
  if (type !== 'REQUEST') properties.fail('Type', `is ${type}: only REQUEST is supported`)
  // AWS caches for 300 seconds where nothing is said.
  const ttl = properties.optionalNumber('AuthorizerResultTtlInSeconds') ?? 300
  if (ttl !== 0) {
    const fault = `is ${ttl}: only 0 is supported, since a cached answer would freeze the rate headers`
    properties.fail('AuthorizerResultTtlInSeconds', fault)
  }
  for (const unsupported of ['AuthorizerCredentials', 'IdentityValidationExpression', 'ProviderARNs']) {
    properties.refuse(unsupported, 'it changes whether and how the function is asked')
  }
  properties.ignore('for people', 'AuthType')
  const id = stableId(`${world.stackName}/${logicalId}`, 6)
  apiOf(properties, world).authorizers.set(id, {
    id,
    name: properties.string('Name'),
    functionArn: invokedFunctionArn(properties, 'AuthorizerUri'),
    identityHeaders: identityHeaders(properties),
  })
  return { ref: id, attributes: { AuthorizerId: id } }
}

/** The headers in `method.request.header.A, method.request.header.B`. */
function identityHeaders(properties: Properties): readonly string[] {
  const source = properties.optionalString('IdentitySource') ?? ''
  if (source.trim() === '') return []
  return source.split(',').map((expression) => {
    const name = /^method\.request\.header\.([\w-]+)$/.exec(expression.trim())?.[1]
    return name ?? properties.fail('IdentitySource', `has ${expression.trim()}: only headers are supported`)
  })
}
