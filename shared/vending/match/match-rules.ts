/** Whether a caller passes a profile's match rules. */
import type { CiCaller, MatchOutcome, MatchRule, Profile, RuleOutcome } from '../types.ts'
import { isAllowedClaim } from './allowed-claims.ts'
import { readClaim } from './claim-value.ts'
import { patternOf } from './pattern-cache.ts'

/**
 * Tries every rule of a profile on the claims of a verified token. Rules are ANDed, and no rules match everyone.
 *
 * All are tried even where the first one fails: the audit line then tells all that was wrong, and the time
 * taken does not tell which rule it was.
 *
 * @param profile one that a lookup has found: its patterns compile
 * @param issuerAllowedClaims the claims that rules may name for tokens of the caller's issuer
 */
export function matchRules(
  profile: Pick<Profile, 'rules'>,
  caller: Pick<CiCaller, 'claims'>,
  issuerAllowedClaims: readonly string[],
): MatchOutcome {
  const tried = profile.rules.map((rule) => ({
    claim: rule.claim,
    expected: describeExpected(rule),
    outcome: tryRule(rule, caller.claims, issuerAllowedClaims),
  }))
  const passes = tried.every(({ outcome }) => outcome === 'matched')
  return { kind: passes ? 'allowed' : 'refused', tried }
}

function tryRule(
  rule: MatchRule,
  claims: CiCaller['claims'],
  allowed: readonly string[],
): RuleOutcome['outcome'] {
  // Another issuer may put its own meaning, or its users' own text, into a claim of this name.
  if (!isAllowedClaim(rule.claim, allowed)) return 'claim not allowed'
  const claim = readClaim(claims, rule.claim)
  if (claim.kind === 'missing') return 'claim missing'
  if (claim.kind === 'malformed') return 'claim malformed'
  return claim.texts.some(matcher(rule.expected)) ? 'matched' : 'no match'
}

function matcher(expected: MatchRule['expected']): (text: string) => boolean {
  if (expected.kind === 'value') return (text) => text === expected.value
  const pattern = patternOf(expected.pattern)
  return (text) => pattern.matches(text)
}

/** What a rule asks for, as the audit line and `profiles explain` tell it. */
function describeExpected({ expected }: MatchRule): string {
  return expected.kind === 'value'
    ? `value ${JSON.stringify(expected.value)}`
    : `pattern ${JSON.stringify(expected.pattern)}`
}
