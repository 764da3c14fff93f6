/** Match rules of a profile, as they stand in the file. */
import { isAllowedClaim } from '../match/allowed-claims.ts'
import type { MatchRule } from '../types.ts'
import { type FaultList, member, quoted } from './faults.ts'
import { readList, readMapping, readText } from './form.ts'

/** Rules of one profile: all are tried on each request. */
const MAX_RULES = 100

/**
 * Reads a profile's `match`. Left out, it has no rules, and matches everyone; so does the empty list.
 *
 * Patterns are not compiled here: see `profile-file.ts`.
 *
 * @param allowedClaims what rules may name, of all issuers together: a rule is held against the caller's own
 *   issuer when it is tried
 * @returns nothing where there was a fault: one rule less would match more
 */
export function readRules(
  value: unknown,
  path: string,
  allowedClaims: readonly string[],
  faults: FaultList,
): readonly MatchRule[] | undefined {
  if (value === undefined) return []
  const list = readList(value, path, MAX_RULES, faults)
  const rules = list
    ?.map((entry, index) => readRule(entry, member(path, index), allowedClaims, faults))
    .filter((rule) => rule !== undefined)
  return rules?.length === list?.length ? rules : undefined
}

function readRule(
  entry: unknown,
  path: string,
  allowedClaims: readonly string[],
  faults: FaultList,
): MatchRule | undefined {
  const fields = readMapping(entry, path, ['claim', 'value', 'valuePattern'], faults)
  if (!fields) return undefined
  const claim = readClaimName(fields.claim, member(path, 'claim'), allowedClaims, faults)
  const expected = readExpected(fields, path, faults)
  return claim === undefined || expected === undefined ? undefined : { claim, expected }
}

function readClaimName(
  value: unknown,
  path: string,
  allowedClaims: readonly string[],
  faults: FaultList,
): string | undefined {
  const claim = readText(value, path, faults)
  if (claim === undefined) {
    if (value === undefined) faults.profile(path, 'the name of a claim')
    return undefined
  }
  if (isAllowedClaim(claim, allowedClaims)) return claim
  faults.profile(path, `a claim that a configured issuer allows in rules, but got ${quoted(claim)}`)
  return undefined
}

function readExpected(
  fields: Readonly<Record<string, unknown>>,
  path: string,
  faults: FaultList,
): MatchRule['expected'] | undefined {
  const value = readText(fields.value, member(path, 'value'), faults)
  const pattern = readText(fields.valuePattern, member(path, 'valuePattern'), faults)
  // An empty text is given; a field with nothing in it has its own fault.
  if ((fields.value === undefined) === (fields.valuePattern === undefined)) {
    faults.profile(path, 'either value or valuePattern')
    return undefined
  }
  if (value !== undefined) return { kind: 'value', value }
  return pattern === undefined ? undefined : { kind: 'pattern', pattern }
}
