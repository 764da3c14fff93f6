/** Which repositories an organization profile covers. */
import { isRepositoryName } from '../repository.ts'
import type { RepositoryScope } from '../types.ts'
import { member, quoted } from './faults.ts'

/** GitHub takes this many names for one token; no list longer than that could ever be served. */
export const MAX_REPOSITORIES = 500

/** What a list may hold instead of names, alone. */
const literals: Readonly<Record<string, RepositoryScope>> = {
  '{{all-repositories}}': { kind: 'all' },
  '{{caller-scoped-repository}}': { kind: 'caller' },
}

/**
 * Checks a list of repositories.
 *
 * @param report takes each fault's path and what was expected
 * @returns nothing where there was a fault: GitHub takes an empty list for every repository
 */
export function readRepositories(
  entries: readonly string[],
  path: string,
  report: (path: string, expected: string) => void,
): RepositoryScope | undefined {
  const [first, ...others] = entries
  if (first === undefined) return void report(path, 'at least one repository')
  const literal = entries.find((entry) => Object.hasOwn(literals, entry))
  if (literal !== undefined) {
    if (others.length === 0) return literals[literal]
    return void report(path, `${literal} alone, or names alone`)
  }
  const faults = entries.flatMap((entry, index) => {
    const expected = faultOf(entry)
    return expected === undefined ? [] : [{ path: member(path, index), expected }]
  })
  for (const fault of faults) report(fault.path, fault.expected)
  if (faults.length > 0) return undefined
  const [name = first, ...names] = [...new Set(entries)].sort()
  return { kind: 'named', names: [name, ...names] }
}

function faultOf(entry: string): string | undefined {
  if (entry.includes('/'))
    return `the repository’s name without its owner: all are the organization’s; but got ${quoted(entry)}`
  if (!isRepositoryName(entry))
    return `the name of a repository, ${Object.keys(literals).join(' or ')}, but got ${quoted(entry)}`
  return undefined
}
