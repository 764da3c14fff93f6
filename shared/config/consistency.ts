/**
 * What the values of a configuration must be to each other. `schema.ts` has checked each by itself.
 */
import { containedScopes } from '../protocol/scope.ts'
import type { Fault } from './faults.ts'
import type { Config } from './types.ts'

/**
 * Every fault between values; empty when the configuration is sound.
 *
 * @param config the sections that are sound by themselves; a fault that involves another one is not looked for
 */
export function inconsistencies({ scopes, scope, grants, rateLimits }: Partial<Config>): Fault[] {
  return [
    ...(scopes ? containmentFaults(scopes) : []),
    ...(scopes && scope ? defaultScopeFaults(scope, scopes) : []),
    ...(grants ? grantFaults(grants) : []),
    ...(rateLimits ? rateLimitFaults(rateLimits) : []),
  ]
}

function containmentFaults(scopes: Config['scopes']): Fault[] {
  const faults: Fault[] = []
  for (const [name, { contains }] of Object.entries(scopes)) {
    for (const [index, contained] of contains.entries())
      if (!Object.hasOwn(scopes, contained))
        faults.push({
          path: `scopes.${name}.contains.${index}`,
          expected: knownScope(contained),
        })
    if (containedScopes([name], scopes).has(name))
      faults.push({
        path: `scopes.${name}.contains`,
        expected: 'scopes that do not contain this one in turn',
      })
  }
  return faults
}

function defaultScopeFaults(scope: Config['scope'], scopes: Config['scopes']): Fault[] {
  const faults = [...scope.default.entries()]
    .filter(([, name]) => !Object.hasOwn(scopes, name))
    .map(([index, name]) => ({
      path: `scope.default.${index}`,
      expected: knownScope(name),
    }))
  if (scope.whenOmitted === 'default' && scope.default.length === 0)
    faults.push({
      path: 'scope.default',
      expected: 'at least one scope, since scope.whenOmitted is "default"',
    })
  return faults
}

function grantFaults(grants: Config['grants']): Fault[] {
  return Object.keys(grants).length > 0 ? [] : [{ path: 'grants', expected: 'at least one grant' }]
}

function rateLimitFaults({ defaultTier, tiers }: Config['rateLimits']): Fault[] {
  if (Object.hasOwn(tiers, defaultTier)) return []
  return [
    {
      path: 'rateLimits.defaultTier',
      expected: `one of the tiers (${Object.keys(tiers).join(', ')})`,
    },
  ]
}

function knownScope(name: string): string {
  return `a scope of the catalogue, but there is no "${name}"`
}
