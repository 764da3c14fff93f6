/** Creating a template's resources, in the order in which CloudFormation would. */
import { LocalStackError } from '../errors.ts'
import { physicalName } from '../identity.ts'
import { isObject } from '../json.ts'
import { providerOf } from '../resources/providers.ts'
import type { World } from '../resources/world.ts'
import { evaluateConditions } from './conditions.ts'
import { resolve } from './intrinsics.ts'
import { creationOrder, type Dependencies, directDependencies, transitiveDependencies } from './order.ts'
import { Properties } from './properties.ts'
import { createScope, type Physical, type Scope } from './scope.ts'
import type { Resource, Template } from './types.ts'

/** The template's outputs by key. */
export type Outputs = Readonly<Record<string, string>>

/**
 * Creates every resource of the template in `world`.
 *
 * @throws LocalStackError naming the logical id of what the local stack does not know.
 */
export async function createResources(template: Template, world: World): Promise<Outputs> {
  const scope = createScope(world.stackName, world.stackId, template.Parameters, template.Mappings)
  evaluateConditions(template.Conditions ?? {}, scope)
  const resources = Object.fromEntries(
    Object.entries(template.Resources).filter(([, resource]) => isWanted(resource.Condition, scope)),
  )
  assertKnownTypes(resources)
  const dependencies = directDependencies(customResourcesFirst(resources))
  for (const logicalId of creationOrder(dependencies)) {
    const resource = resources[logicalId]
    if (resource)
      scope.resources.set(logicalId, await create(logicalId, resource, scope, dependencies, world))
  }
  return outputsOf(template, scope)
}

/**
 * CloudFormation creates what does not depend on each other in any order. The worst one for a custom resource,
 * whose function runs right then, is to come before everything that it does not depend on: a policy that the
 * function needs and that nothing waits for is then missing at every start, not at some.
 */
function customResourcesFirst(
  resources: Readonly<Record<string, Resource>>,
): Readonly<Record<string, Resource>> {
  const isCustom = ({ Type }: Resource) =>
    Type.startsWith('Custom::') || Type === 'AWS::CloudFormation::CustomResource'
  const entries = Object.entries(resources)
  const custom = entries.filter(([, resource]) => isCustom(resource))
  return Object.fromEntries([...custom, ...entries.filter(([, resource]) => !isCustom(resource))])
}

/** All unknown types are told at once, before anything is made. */
function assertKnownTypes(resources: Readonly<Record<string, Resource>>): void {
  const unknown = Object.entries(resources).filter(([, { Type }]) => !providerOf(Type))
  if (unknown.length === 0) return
  const list = unknown.map(([logicalId, { Type }]) => `${logicalId} (${Type})`).join(', ')
  throw new LocalStackError(`the local stack cannot run these resources: ${list}`)
}

async function create(
  logicalId: string,
  { Type: type, Properties: values = {} }: Resource,
  scope: Scope,
  dependencies: Dependencies,
  world: World,
): Promise<Physical> {
  const resolved = resolve(values, scope, logicalId)
  const properties = new Properties(isObject(resolved) ? resolved : {}, logicalId)
  const physical = await providerOf(type)?.({
    logicalId,
    type,
    properties,
    dependencies: transitiveDependencies(dependencies, logicalId),
    world,
    defaultName: (limit) => physicalName(world.stackName, logicalId, limit),
  })
  properties.assertAllNoticed()
  return physical ?? { ref: logicalId }
}

function outputsOf(template: Template, scope: Scope): Outputs {
  const wanted = Object.entries(template.Outputs ?? {}).filter(([, output]) =>
    isWanted(output.Condition, scope),
  )
  return Object.fromEntries(
    wanted.map(([key, output]) => [key, String(resolve(output.Value, scope, `output ${key}`))]),
  )
}

function isWanted(condition: string | undefined, scope: Scope): boolean {
  return condition === undefined || scope.conditions.get(condition) === true
}
