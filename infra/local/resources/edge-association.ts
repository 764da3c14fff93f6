/** Lambda@Edge associations, with the restrictions that CloudFront puts on such functions. */
import type { Properties } from '../template/properties.ts'
import type { World } from './world.ts'

/**
 * The ARN, with version, of a behaviour's origin-response function.
 *
 * @throws LocalStackError for another event type, and for a function that CloudFront would not take.
 */
export function edgeFunctionArn(behavior: Properties, world: World): string | undefined {
  const [association, ...others] = behavior.objects('LambdaFunctionAssociations')
  if (!association) return undefined
  if (others.length > 0)
    behavior.fail('LambdaFunctionAssociations', 'has more than one: only origin-response is run')
  const event = association.string('EventType')
  if (event !== 'origin-response') association.fail('EventType', `is ${event}: only origin-response is run`)
  if (association.boolean('IncludeBody', false))
    association.fail('IncludeBody', 'does not go with origin-response')
  const arn = association.string('LambdaFunctionARN')
  const refuse = (fault: string): never => association.fail('LambdaFunctionARN', fault)
  if (!/:function:[^:]+:\d+$/.test(arn)) refuse(`is ${arn}: CloudFront takes a numbered version only`)
  const definition = world.functions.definition(arn)
  if (Object.keys(definition.variables).length > 0)
    refuse('has environment variables, which Lambda@Edge does not take')
  if (definition.architecture !== 'x86_64') refuse('runs on arm64, which Lambda@Edge does not take')
  if (definition.timeoutSeconds > 30) refuse('has a timeout of over 30 seconds')
  world.roles.assume(definition.role.arn, 'edgelambda.amazonaws.com', definition.name)
  return arn
}
