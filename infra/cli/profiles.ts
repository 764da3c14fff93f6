/** `profiles check` and `profiles explain`: operators get the reason, where callers get a uniform answer. */
import type { VendIssuer } from '../../shared/config/vend-types.ts'
import { lastingFault } from '../../shared/vending/issuers/claims.ts'
import { findIssuer } from '../../shared/vending/issuers/find-issuer.ts'
import { buildkite, circleci, githubActions, gitlab } from '../../shared/vending/issuers/presets.ts'
import { allowedByAny } from '../../shared/vending/match/allowed-claims.ts'
import { matchRules } from '../../shared/vending/match/match-rules.ts'
import {
  FaultyProfileFile,
  type ProfileFault,
  tellCost,
  tellFault,
} from '../../shared/vending/profiles/faults.ts'
import { parseProfileFile } from '../../shared/vending/profiles/profile-file.ts'
import type { Profile, ProfileKind, RepositoryScope, RuleOutcome } from '../../shared/vending/types.ts'

/** The CI vendors whose claims are known without a configuration. */
const vendors: readonly VendIssuer[] = [
  buildkite({ audience: '', organization: '' }),
  githubActions({ audience: '', ownerId: '' }),
  gitlab({ audience: '', issuer: '', namespaceId: '' }),
  circleci({ audience: '', organizationId: '' }),
]

/**
 * Every fault of a profile file: those that cost the whole file, those that cost one profile, its patterns
 * included, and entries that are ignored. None where the file is good.
 *
 * @param issuers the configured ones; left out, rules may name the claims of every known vendor
 */
export async function checkProfiles(
  text: string,
  issuers: readonly Pick<VendIssuer, 'allowedClaims'>[] = vendors,
): Promise<readonly ProfileFault[]> {
  try {
    const { faults } = await parseProfileFile(text, { allowedClaims: allowedByAny(issuers), patterns: 'now' })
    return faults
  } catch (error) {
    if (error instanceof FaultyProfileFile) return error.faults
    throw error
  }
}

/** All faults of a file, one a line, with what each costs. */
export function tellFaults(source: string, faults: readonly ProfileFault[]): string {
  const lines = faults.map((fault) => `  ${tellFault(fault)} (${tellCost(fault)})`)
  return [`${source}: ${faults.length === 1 ? 'one fault' : `${faults.length} faults`}`, ...lines].join('\n')
}

/** Who asks for which profile. */
export interface Question {
  readonly kind: ProfileKind
  readonly profile: string
  /** The payload of the caller's token. */
  readonly claims: Readonly<Record<string, unknown>>
}

/** Whose rules a token is held against, or why it is nobody's. */
type Judgement =
  | { readonly kind: 'taken'; readonly allowedClaims: readonly string[]; readonly remark: string }
  | { readonly kind: 'refused'; readonly reason: string }

/**
 * Tells rule by rule why a caller would pass or not, and what it would be answered. The signature of its token is
 * taken to be good, and its times are not looked at: a token that rests in a file is old.
 *
 * @param issuers the configured ones; left out, nothing can be said of whose tokens are taken
 * @returns the report, several lines
 * @throws FaultyProfileFile when the whole file fails
 */
export async function explain(
  text: string,
  { kind, profile: name, claims }: Question,
  issuers?: readonly VendIssuer[],
): Promise<string> {
  const file = await parseProfileFile(text, { allowedClaims: allowedByAny(issuers ?? vendors) })
  const judgement = issuers ? judge(claims, issuers) : judgeByVendors(claims)
  const asked = `profile: ${kind} ${shown(name)}`
  const from = `issuer: ${shown(claims.iss)}`
  if (judgement.kind === 'refused')
    return [asked, `${from}; refused: ${judgement.reason}`, 'answer: 401 invalid_token'].join('\n')
  const found = file.lookup(kind, name)
  if (found.kind === 'unknown') return [asked, 'answer: 404 profile not found'].join('\n')
  if (found.kind === 'unavailable')
    return [asked, `faults: ${found.reason}`, 'answer: 404 profile unavailable: validation failed'].join('\n')
  const { kind: outcome, tried } = matchRules(found.profile, { claims }, judgement.allowedClaims)
  const passes = issuers ? 'the caller passes' : 'the caller passes, where its issuer is configured'
  return [
    asked,
    `repositories: ${describeScope(found.profile.repositories)}`,
    `permissions: ${found.profile.permissions.join(', ')}`,
    `${from}${judgement.remark}`,
    ...describeRules(found.profile, tried, claims),
    `answer: ${outcome === 'allowed' ? passes : '403 Forbidden'}`,
  ].join('\n')
}

/** Finds the claims' issuer as the function does. */
function judge(claims: Question['claims'], issuers: readonly VendIssuer[]): Judgement {
  const finding = findIssuer(claims, issuers, (issuer) => lastingFault(claims, issuer))
  if (finding.kind === 'refused') return finding
  return { kind: 'taken', allowedClaims: finding.issuer.allowedClaims, remark: '' }
}

function judgeByVendors({ iss }: Question['claims']): Judgement {
  const own = vendors.filter(({ issuer }) => issuer === iss)
  return own.length > 0
    ? { kind: 'taken', allowedClaims: allowedByAny(own), remark: '' }
    : {
        kind: 'taken',
        allowedClaims: allowedByAny(vendors),
        remark: ', which is none of those looked at; the claims of all are allowed',
      }
}

function describeRules(
  { rules }: Profile,
  tried: readonly RuleOutcome[],
  claims: Question['claims'],
): readonly string[] {
  if (rules.length === 0) return ['rules: none, which match everyone']
  return tried.map(({ claim, expected, outcome }, index) => {
    const held = Object.hasOwn(claims, claim) ? `; the claim is ${shown(claims[claim])}` : ''
    return `rule ${index + 1}: ${claim}, ${expected}: ${outcome}${held}`
  })
}

function describeScope(scope: RepositoryScope): string {
  switch (scope.kind) {
    case 'pipeline':
      return 'the pipeline’s own'
    case 'named':
      return scope.names.join(', ')
    case 'all':
      return 'all of the organization'
    case 'caller':
      return 'the one that the caller names in repository-scope'
  }
}

/** A value as JSON, not without end, in which no character is hidden. */
function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? 'missing'
  const escaped = json.replace(
    /\p{C}|(?! )\p{Z}/gu,
    (hidden) => `\\u{${hidden.codePointAt(0)?.toString(16)}}`,
  )
  return escaped.length > 300 ? `${escaped.slice(0, 300)}…` : escaped
}
