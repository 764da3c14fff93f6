/** One entry of a profile file, and what is wrong with it. */
import type { Permissions, Profile, ProfileKind, RepositoryScope } from '../types.ts'
import { type FaultList, faultList, member, type ProfileFault, quoted } from './faults.ts'
import { type Mapping, readMapping, readText, readTexts } from './form.ts'
import { isProfileName } from './name.ts'
import { MAX_PERMISSIONS, readPermissions } from './permissions.ts'
import { MAX_REPOSITORIES, readRepositories } from './repositories.ts'
import { readRules } from './rules.ts'

/** The reserved name of the pipeline profile that is always there. */
export const DEFAULT_NAME = 'default'

/** A profile that has no digest yet: that is made when it is first asked for. */
export type ProfileDraft = Omit<Profile, 'digest'>

/** An entry as it was read, with its own faults; it has a draft where none of them costs it. */
export interface ProfileEntry {
  readonly path: string
  /** None where no lookup could find it: it has no name, or is named `default`. */
  readonly name?: string
  readonly draft?: ProfileDraft
  readonly faults: readonly ProfileFault[]
}

const keys: Readonly<Record<ProfileKind, readonly string[]>> = {
  pipeline: ['name', 'match', 'permissions'],
  organization: ['name', 'match', 'repositories', 'permissions'],
}

/** Reads one entry of `profiles`, with all that is wrong with it; nothing is thrown. */
export function readProfile(
  kind: ProfileKind,
  entry: unknown,
  path: string,
  allowedClaims: readonly string[],
): ProfileEntry {
  const faults = faultsOf(entry)
  const fields = readMapping(entry, path, keys[kind], faults)
  if (!fields) return { path, faults: faults.all }
  const name = readName(fields, path, faults)
  const rules = readRules(fields.match, member(path, 'match'), allowedClaims, faults)
  const permissions = readPermissionsOf(fields, path, faults)
  const repositories = readRepositoriesOf(kind, fields, path, faults)
  if (name === undefined || name === DEFAULT_NAME) return { path, faults: faults.all }
  const known = { path, name, faults: faults.all }
  const isSound = faults.all.length === 0 && rules && permissions && repositories
  return isSound ? { ...known, draft: { kind, name, rules, repositories, permissions } } : known
}

/** Faults that know the entry's name. One named `default` is ignored, so that it has nothing to lose. */
function faultsOf(entry: unknown): FaultList {
  const name = typeof entry === 'object' && entry !== null && 'name' in entry ? entry.name : undefined
  const faults = faultList(typeof name === 'string' ? name : undefined)
  return name === DEFAULT_NAME ? { ...faults, profile: faults.ignored } : faults
}

function readName(fields: Mapping, path: string, faults: FaultList): string | undefined {
  const at = member(path, 'name')
  const name = readText(fields.name, at, faults)
  if (name === undefined) {
    if (fields.name === undefined) faults.profile(at, 'a name')
    return undefined
  }
  if (name === DEFAULT_NAME) {
    faults.ignored(at, 'another name: the default profile is what pipeline.defaults says; this is ignored')
    if (fields.match !== undefined)
      faults.ignored(member(path, 'match'), 'no match rules: the default profile is every pipeline’s')
  } else if (!isProfileName(name) || name.includes('/')) {
    const form = '1 to 100 characters without / or :, white space or control characters'
    faults.profile(at, `a name of ${form}, but got ${quoted(name)}`)
  }
  return name
}

function readPermissionsOf(fields: Mapping, path: string, faults: FaultList): Permissions | undefined {
  const at = member(path, 'permissions')
  const entries = readTexts(fields.permissions ?? [], at, MAX_PERMISSIONS, faults)
  return entries && readPermissions(entries, at, faults.profile)
}

function readRepositoriesOf(
  kind: ProfileKind,
  fields: Mapping,
  path: string,
  faults: FaultList,
): RepositoryScope | undefined {
  if (kind === 'pipeline') return { kind: 'pipeline' }
  const at = member(path, 'repositories')
  const entries = readTexts(fields.repositories ?? [], at, MAX_REPOSITORIES, faults)
  return entries && readRepositories(entries, at, faults.profile)
}
