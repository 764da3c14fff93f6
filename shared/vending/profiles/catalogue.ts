/** The profiles of one kind, by name. */
import { sha256 } from '../../protocol/hash.ts'
import { canonicalJson } from '../canonical-json.ts'
import { PatternFault } from '../match/pattern.ts'
import { patternOf } from '../match/pattern-cache.ts'
import type { Profile, ProfileLookup } from '../types.ts'
import { member, type ProfileFault, tellFault } from './faults.ts'
import type { ProfileDraft, ProfileEntry } from './profile.ts'

/** How each name is looked up: by a function, since all that costs time waits until it is called. */
export type Catalogue = ReadonlyMap<string, () => ProfileLookup>

export type TellFault = (fault: ProfileFault) => void

/**
 * Makes the catalogue of a section's entries; those that share a name have no draft.
 *
 * @param tell is told of a faulty pattern when its profile is first looked up
 */
export function catalogueOf(entries: readonly ProfileEntry[], tell: TellFault): Catalogue {
  const catalogue = new Map<string, () => ProfileLookup>()
  for (const { name, path, draft, faults } of entries)
    if (name !== undefined)
      catalogue.set(name, draft ? onceAsked(draft, path, tell) : () => unavailable(faults))
  return catalogue
}

/**
 * Looks a profile up by compiling its patterns, at the first time: a thousand of them are never compiled at
 * start. A pattern that does not compile makes the profile unavailable here, before anybody is matched, so that
 * a profile which was found always can be.
 */
function onceAsked(draft: ProfileDraft, path: string, tell: TellFault): () => ProfileLookup {
  let known: ProfileLookup | undefined
  return () => {
    known ??= lookUp(draft, path, tell)
    return known
  }
}

function lookUp(draft: ProfileDraft, path: string, tell: TellFault): ProfileLookup {
  const faults = patternFaults(draft, path)
  for (const fault of faults) tell(fault)
  return faults.length > 0 ? unavailable(faults) : { kind: 'found', profile: withDigest(draft) }
}

/** Compiles every pattern of a profile: a fault for each that no profile may have. */
export function patternFaults(draft: ProfileDraft, path: string): readonly ProfileFault[] {
  return draft.rules.flatMap(({ expected }, index) => {
    const reason = expected.kind === 'pattern' ? reasonAgainst(expected.pattern) : undefined
    if (reason === undefined) return []
    const at = member(member(member(path, 'match'), index), 'valuePattern')
    return [
      {
        path: at,
        profile: draft.name,
        expected: `an RE2 pattern, but: ${reason}`,
        costs: 'profile' as const,
      },
    ]
  })
}

function reasonAgainst(pattern: string): string | undefined {
  try {
    patternOf(pattern)
    return undefined
  } catch (error) {
    if (error instanceof PatternFault) return error.message
    throw error
  }
}

/** The profile with its digest, which tells apart all that decides who gets which token. */
export function withDigest(draft: ProfileDraft): Profile {
  const { rules, repositories, permissions } = draft
  return { ...draft, digest: sha256(canonicalJson({ rules, repositories, permissions })) }
}

function unavailable(faults: readonly ProfileFault[]): ProfileLookup {
  return { kind: 'unavailable', reason: faults.map(tellFault).join('; ') }
}
