/** The profile file of vending.md: from its text to what each profile gives, and to whom. */
import { warmUp } from '../match/pattern-cache.ts'
import type { Permissions, ProfileKind, ProfileLookup } from '../types.ts'
import { type Catalogue, catalogueOf, patternFaults, type TellFault, withDigest } from './catalogue.ts'
import { refuseDuplicates } from './duplicates.ts'
import {
  costingTheFile,
  type FaultList,
  FaultyProfileFile,
  faultList,
  member,
  type ProfileFault,
} from './faults.ts'
import { type Mapping, readList, readMapping, readTexts } from './form.ts'
import { MAX_PERMISSIONS, readPermissions } from './permissions.ts'
import { DEFAULT_NAME, type ProfileEntry, readProfile } from './profile.ts'
import { readYaml } from './yaml-text.ts'

/** Entries of one kind, so that aliases cannot multiply the work. */
const MAX_PROFILES = 10_000

/** What `pipeline.defaults` says when it says nothing. */
const DEFAULT_PERMISSIONS: Permissions = ['contents:read']

/** A profile file that can be used. It never changes: a request keeps the one it began with. */
export interface ProfileFile {
  /** What is wrong with single profiles, for the log; faulty patterns only where all were to be checked. */
  readonly faults: readonly ProfileFault[]
  /** Finds a profile by its exact name, in constant time; the pipeline profile `default` is always there. */
  lookup(kind: ProfileKind, name: string): ProfileLookup
}

export interface ProfileFileOptions {
  /** Claims that match rules may name, of all configured issuers together; see `isAllowedClaim`. */
  readonly allowedClaims: readonly string[]
  /**
   * When patterns are compiled: those of a profile when it is first looked up, or all `now`, which takes half a
   * millisecond each and is for the command line. A profile is unavailable either way if one does not compile.
   */
  readonly patterns?: 'when looked up' | 'now'
  /** Told of faulty patterns when their profile is first looked up: they are not among the file's `faults` then. */
  readonly onPatternFault?: TellFault
}

/**
 * Reads a profile file.
 *
 * @param text YAML of at most `MAX_PROFILE_FILE_BYTES`
 * @throws FaultyProfileFile, and nothing else, when the whole file fails; its faults are all that was found, those
 *   of single profiles included
 */
export async function parseProfileFile(text: string, options: ProfileFileOptions): Promise<ProfileFile> {
  return readProfileFile(await readYaml(text), options)
}

/**
 * Reads a profile file that is plain data already, as a configuration holds it.
 *
 * @throws FaultyProfileFile as `parseProfileFile` does
 */
export async function readProfileFile(data: unknown, options: ProfileFileOptions): Promise<ProfileFile> {
  const draft = readDraft(data, options)
  if (draft.both.some(hasPatterns)) await warmUp()
  return finished(draft, options)
}

/**
 * Every fault of single profiles, their patterns included, without a promise: the engine of patterns has to be
 * loaded.
 *
 * @throws FaultyProfileFile as `parseProfileFile` does
 */
export function profileFaults(
  data: unknown,
  { allowedClaims }: Pick<ProfileFileOptions, 'allowedClaims'>,
): readonly ProfileFault[] {
  const options = { allowedClaims, patterns: 'now' } as const
  return finished(readDraft(data, options), options).faults
}

/** A file whose form was read: what it says, and what is wrong with it as far as that shows in its form. */
interface Draft {
  readonly entries: Readonly<Record<ProfileKind, readonly ProfileEntry[]>>
  readonly both: readonly ProfileEntry[]
  readonly permissions: Permissions
  readonly faults: readonly ProfileFault[]
}

function readDraft(data: unknown, { allowedClaims }: ProfileFileOptions): Draft {
  const faults = costingTheFile(faultList())
  const root = readMapping(data, '', ['pipeline', 'organization'], faults) ?? {}
  const pipeline = readSection(root.pipeline, 'pipeline', ['defaults', 'profiles'], faults)
  const organization = readSection(root.organization, 'organization', ['profiles'], faults)
  const permissions = readDefaults(pipeline.defaults, faults)
  const entries = {
    pipeline: readEntries('pipeline', pipeline.profiles, allowedClaims, faults),
    organization: readEntries('organization', organization.profiles, allowedClaims, faults),
  }
  return { entries, both: Object.values(entries).flat(), permissions, faults: faults.all }
}

/** @throws FaultyProfileFile where a fault costs the whole file */
function finished(
  { entries, both, permissions, faults }: Draft,
  { patterns, onPatternFault = () => undefined }: ProfileFileOptions,
): ProfileFile {
  const all = [...faults, ...allFaults(both, patterns === 'now')]
  if (all.some(({ costs }) => costs === 'file')) throw new FaultyProfileFile(all)
  const catalogues = {
    pipeline: catalogueOf(entries.pipeline, onPatternFault),
    organization: catalogueOf(entries.organization, onPatternFault),
  }
  return profileFile(catalogues, permissions, all)
}

/** A section may be left out, or have nothing in it. */
function readSection(value: unknown, path: string, keys: readonly string[], faults: FaultList): Mapping {
  return readMapping(value ?? {}, path, keys, faults) ?? {}
}

function readDefaults(value: unknown, faults: FaultList): Permissions {
  const defaults = readSection(value, 'pipeline.defaults', ['permissions'], faults)
  const path = 'pipeline.defaults.permissions'
  const entries = readTexts(defaults.permissions, path, MAX_PERMISSIONS, faults)
  return (entries && readPermissions(entries, path, faults.file)) ?? DEFAULT_PERMISSIONS
}

function readEntries(
  kind: ProfileKind,
  value: unknown,
  allowedClaims: readonly string[],
  faults: FaultList,
): readonly ProfileEntry[] {
  const path = `${kind}.profiles`
  const list = readList(value ?? [], path, MAX_PROFILES, faults) ?? []
  return refuseDuplicates(
    list.map((entry, index) => readProfile(kind, entry, member(path, index), allowedClaims)),
  )
}

function allFaults(entries: readonly ProfileEntry[], withPatterns: boolean): readonly ProfileFault[] {
  return entries.flatMap(({ draft, path, faults }) => [
    ...faults,
    ...(withPatterns && draft ? patternFaults(draft, path) : []),
  ])
}

function hasPatterns({ draft }: ProfileEntry): boolean {
  return draft?.rules.some(({ expected }) => expected.kind === 'pattern') ?? false
}

function profileFile(
  { pipeline, organization }: Readonly<Record<ProfileKind, Catalogue>>,
  permissions: Permissions,
  faults: readonly ProfileFault[],
): ProfileFile {
  const byDefault = withDigest({
    kind: 'pipeline',
    name: DEFAULT_NAME,
    rules: [],
    repositories: { kind: 'pipeline' },
    permissions,
  })
  const profiles = new Map(pipeline).set(DEFAULT_NAME, () => ({ kind: 'found', profile: byDefault }))
  const catalogues = { pipeline: profiles, organization }
  return { faults, lookup: (kind, name) => catalogues[kind].get(name)?.() ?? { kind: 'unknown' } }
}
