/** Custom::* and AWS::CloudFormation::CustomResource. */
import type { Provider } from './provider.ts'

/** CloudFormation's own limit, in seconds. */
const defaultTimeoutSeconds = 3600

export const customResource: Provider = ({ logicalId, type, properties, world }) => {
  const serviceToken = properties.string('ServiceToken')
  const timeoutSeconds = properties.optionalNumber('ServiceTimeout') ?? defaultTimeoutSeconds
  return world.customResources.ensure({
    logicalId,
    type,
    serviceToken,
    properties: properties.all(),
    timeoutSeconds,
  })
}
