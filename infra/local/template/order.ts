/** The order in which CloudFormation would create the resources of a template. */
import { LocalStackError } from '../errors.ts'
import { referencesIn } from './references.ts'
import type { Resource } from './types.ts'

export type Dependencies = ReadonlyMap<string, ReadonlySet<string>>

/**
 * What each resource refers to or names in `DependsOn`.
 *
 * @throws LocalStackError when `DependsOn` names a resource that is not in the template.
 */
export function directDependencies(resources: Readonly<Record<string, Resource>>): Dependencies {
  const result = new Map<string, ReadonlySet<string>>()
  for (const [logicalId, resource] of Object.entries(resources)) {
    const explicit = [resource.DependsOn ?? []].flat()
    for (const name of explicit) {
      if (!(name in resources))
        throw new LocalStackError(`${logicalId}: DependsOn names ${name}, which is no resource`)
    }
    const implied = [...referencesIn(resource.Properties ?? {})].filter((name) => name in resources)
    result.set(logicalId, new Set([...explicit, ...implied]))
  }
  return result
}

/**
 * Logical ids, each after all that it depends on, otherwise as the template lists them.
 *
 * @throws LocalStackError that spells out the cycle, where there is one.
 */
export function creationOrder(dependencies: Dependencies): readonly string[] {
  const done = new Set<string>()
  const path: string[] = []
  const visit = (logicalId: string): void => {
    if (done.has(logicalId)) return
    if (path.includes(logicalId)) {
      const cycle = [...path.slice(path.indexOf(logicalId)), logicalId].join(' → ')
      throw new LocalStackError(`the template's resources depend on each other in a cycle: ${cycle}`)
    }
    path.push(logicalId)
    for (const needed of dependencies.get(logicalId) ?? []) visit(needed)
    path.pop()
    done.add(logicalId)
  }
  for (const logicalId of dependencies.keys()) visit(logicalId)
  return [...done]
}

/** All that a resource depends on, directly or through others; the resource itself is not among them. */
export function transitiveDependencies(dependencies: Dependencies, logicalId: string): ReadonlySet<string> {
  const found = new Set<string>()
  const visit = (name: string): void => {
    for (const needed of dependencies.get(name) ?? []) {
      if (found.has(needed)) continue
      found.add(needed)
      visit(needed)
    }
  }
  visit(logicalId)
  return found
}
