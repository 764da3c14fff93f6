/** Permissions of a profile: `name:level` of GitHub's names. */
import type { Permissions } from '../types.ts'
import { member, quoted } from './faults.ts'
import { permissionLevels } from './permission-names.ts'

/** Entries that a list of permissions may have: more than GitHub has names and levels. */
export const MAX_PERMISSIONS = 200

/**
 * Checks a list of permissions and puts it in order.
 *
 * A name that is there with both levels has `write`, which contains `read`. Nothing is added: `metadata:read`
 * is among a profile's permissions where the file says so. GitHub grants it with every token, and what GitHub
 * granted is what the reply tells (`GitHubToken.permissions`).
 *
 * @param report takes each fault's path and what was expected
 * @returns nothing where there was a fault: GitHub takes an empty list for all of the app's permissions
 */
export function readPermissions(
  entries: readonly string[],
  path: string,
  report: (path: string, expected: string) => void,
): Permissions | undefined {
  const faults = entries.flatMap((entry, index) => {
    const expected = faultOf(entry)
    return expected === undefined ? [] : [{ path: member(path, index), expected }]
  })
  for (const fault of faults) report(fault.path, fault.expected)
  if (entries.length === 0) report(path, 'at least one permission')
  const granted = new Set(entries)
  const [first, ...others] = [...granted].filter((entry) => !isContained(entry, granted)).sort()
  return first === undefined || faults.length > 0 ? undefined : [first, ...others]
}

function faultOf(entry: string): string | undefined {
  const [name = '', level, ...rest] = entry.split(':')
  if (level === undefined || rest.length > 0)
    return `name:read or name:write of GitHub’s permission names, but got ${quoted(entry)}`
  const levels: readonly string[] | undefined = permissionLevels.get(name)
  if (levels === undefined) return `one of GitHub’s permission names, but got ${quoted(name)}`
  if (!levels.includes(level)) return `${name}:${levels.join(` or ${name}:`)}, but got ${quoted(entry)}`
  return undefined
}

function isContained(entry: string, granted: ReadonlySet<string>): boolean {
  return entry.endsWith(':read') && granted.has(entry.replace(/:read$/, ':write'))
}
