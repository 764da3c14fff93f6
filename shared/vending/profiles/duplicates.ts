/** Names that several entries of one kind have. */
import { member } from './faults.ts'
import type { ProfileEntry } from './profile.ts'

/**
 * The same entries, in which those that share a name are all unavailable: to serve the repositories of one under
 * the match rules of another is a defect that other vendors of tokens had.
 */
export function refuseDuplicates(entries: readonly ProfileEntry[]): readonly ProfileEntry[] {
  const paths = new Map<string, string[]>()
  for (const { name, path } of entries)
    if (name !== undefined) {
      const known = paths.get(name)
      if (known) known.push(path)
      else paths.set(name, [path])
    }
  return entries.map((entry) => {
    const all = entry.name === undefined ? [] : (paths.get(entry.name) ?? [])
    const other = all[0] === entry.path ? all[1] : all[0]
    if (all.length < 2 || other === undefined) return entry
    return duplicate(entry, all.length === 2 ? other : `${other} and ${all.length - 2} more`)
  })
}

function duplicate({ path, name = '', faults }: ProfileEntry, others: string): ProfileEntry {
  const fault = {
    path: member(path, 'name'),
    profile: name,
    expected: `a name that no other profile has, but there is ${others}`,
    costs: 'profile' as const,
  }
  return { path, name, faults: [...faults, fault] }
}
