/** AWS::ApiGateway::ApiKey, UsagePlan and UsagePlanKey. */
import type { ApiStage } from '../api-keys/types.ts'
import { AwsError } from '../aws/errors.ts'
import { stableId } from '../identity.ts'
import type { Properties } from '../template/properties.ts'
import type { Provider } from './provider.ts'
import type { World } from './world.ts'

export const apiKey: Provider = ({ logicalId, properties, world, defaultName }) => {
  properties.ignore('for people', 'Tags')
  properties.ignore('ids are distinct from values always', 'GenerateDistinctId')
  properties.refuse('StageKeys', 'usage plans took their place')
  properties.refuse('CustomerId', 'there is no marketplace here')
  const id = stableId(`${world.stackName}/${logicalId}`, 10)
  const value = properties.optionalString('Value')
  const description = properties.optionalString('Description')
  const given = {
    name: properties.optionalString('Name') ?? defaultName(),
    enabled: properties.boolean('Enabled', false),
    ...(value === undefined ? {} : { value }),
    ...(description === undefined ? {} : { description }),
  }
  orFail(properties, 'Value', () => world.apiKeys.ensure(id, given))
  return { ref: id, attributes: { APIKeyId: id } }
}

export const usagePlan: Provider = ({ logicalId, properties, world, defaultName }) => {
  properties.ignore('for people', 'Tags')
  properties.refuse('Quota', 'nobody counts days, weeks or months here')
  const id = stableId(`${world.stackName}/${logicalId}`, 6)
  const description = properties.optionalString('Description')
  const throttle = properties.optionalObject('Throttle')
  world.apiKeys.addPlan({
    id,
    name: properties.optionalString('UsagePlanName') ?? defaultName(),
    stages: properties.objects('ApiStages').map((stage) => apiStage(stage, world)),
    ...(description === undefined ? {} : { description }),
    ...(throttle === undefined ? {} : { throttle: readThrottle(throttle) }),
  })
  return { ref: id, attributes: { Id: id } }
}

export const usagePlanKey: Provider = ({ properties, world }) => {
  const type = properties.string('KeyType')
  if (type !== 'API_KEY') properties.fail('KeyType', `is ${type}: only API_KEY is known`)
  const keyId = properties.string('KeyId')
  const planId = properties.string('UsagePlanId')
  orFail(properties, 'KeyId', () => world.apiKeys.join(planId, keyId, true))
  return { ref: `${keyId}:${planId}`, attributes: { Id: `${keyId}:${planId}` } }
}

function apiStage(properties: Properties, world: World): ApiStage {
  const apiId = properties.string('ApiId')
  const stage = properties.string('Stage')
  if (!world.apis.get(apiId)?.stages.has(stage)) {
    properties.fail('Stage', `names ${apiId}/${stage}, which is no stage of this stack`)
  }
  // The CDK writes an empty one.
  const perMethod = properties.optionalObject('Throttle')
  if (Object.keys(perMethod?.all() ?? {}).length > 0) {
    properties.fail('Throttle', 'is not supported by the local stack: a key has one bucket a plan')
  }
  return { apiId, stage }
}

function readThrottle(throttle: Properties): { readonly ratePerSecond: number; readonly burst: number } {
  const ratePerSecond = throttle.optionalNumber('RateLimit')
  const burst = throttle.optionalNumber('BurstLimit')
  if (ratePerSecond === undefined) return throttle.fail('RateLimit', 'is missing')
  if (burst === undefined) return throttle.fail('BurstLimit', 'is missing')
  return { ratePerSecond, burst }
}

/** @throws LocalStackError with the words in which the service would refuse. */
function orFail(properties: Properties, name: string, act: () => void): void {
  try {
    act()
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    properties.fail(name, `is refused: ${error.message}`)
  }
}
