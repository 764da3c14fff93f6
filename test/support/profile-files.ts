/** Profile files for tests, and what is wrong with them. */
import { FaultyProfileFile, type ProfileFault } from '../../shared/vending/profiles/faults.ts'
import { type ProfileFile, parseProfileFile } from '../../shared/vending/profiles/profile-file.ts'
import type { Profile, ProfileKind, ProfileLookup } from '../../shared/vending/types.ts'

/** Claims that rules in test files may name. */
const allowedClaims = ['pipeline_slug', 'build_branch', 'agent_tag:']

/** An entry that is good but for what is given. */
export const profile = (fields: object) => ({ name: 'p', permissions: ['contents:read'], ...fields })
/** Files with these profiles alone. */
export const pipeline = (...profiles: readonly unknown[]) => ({ pipeline: { profiles } })
export const organization = (...profiles: readonly unknown[]) => ({ organization: { profiles } })

/** Reads a profile file, given as text or as data (JSON is YAML). */
export function readProfiles(file: unknown, patterns?: 'when looked up' | 'now'): Promise<ProfileFile> {
  const text = typeof file === 'string' ? file : JSON.stringify(file)
  return parseProfileFile(text, { allowedClaims, ...(patterns ? { patterns } : {}) })
}

export async function lookUp(file: unknown, kind: ProfileKind, name: string): Promise<ProfileLookup> {
  return (await readProfiles(file)).lookup(kind, name)
}

/** What a file gives that has this one profile. */
export async function onlyProfile(kind: ProfileKind, fields: object): Promise<Profile> {
  const found = await lookUp({ [kind]: { profiles: [profile(fields)] } }, kind, 'p')
  if (found.kind !== 'found') throw new Error(`the profile is ${found.kind}`)
  return found.profile
}

/** The faults of a file that fails as a whole. */
export async function faultsOf(file: unknown): Promise<readonly ProfileFault[]> {
  try {
    await readProfiles(file)
  } catch (error) {
    if (error instanceof FaultyProfileFile) return error.faults
    throw error
  }
  throw new Error('the file is good')
}
