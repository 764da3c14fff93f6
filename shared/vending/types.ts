/** What the parts of vending hand to each other. */

/** A verified CI token: who asks. */
export interface CiCaller {
  readonly issuer: string
  readonly subject: string
  /** Values of the identity claims that the issuer's settings name; absent where the token has none. */
  readonly organization: string
  readonly pipeline: string
  readonly pipelineId: string
  readonly job?: string
  readonly build?: string
  readonly branch?: string
  /** Every claim of the token, for match rules. */
  readonly claims: Readonly<Record<string, unknown>>
}

export type ProfileKind = 'pipeline' | 'organization'

/** `name:read` or `name:write` of GitHub's permission names, sorted, each name once, never empty. */
export type Permissions = readonly [string, ...string[]]

/** Which repositories a profile covers. An empty list cannot be spelled: GitHub takes one for all repositories. */
export type RepositoryScope =
  /** The pipeline's own repository. */
  | { readonly kind: 'pipeline' }
  | { readonly kind: 'named'; readonly names: readonly [string, ...string[]] }
  | { readonly kind: 'all' }
  /** The one that the caller names, of the organization's; of `names` alone where there is a list. */
  | { readonly kind: 'caller'; readonly names?: readonly [string, ...string[]] }

/** One resolved profile: what it is is fixed for the whole request. */
export interface Profile {
  readonly kind: ProfileKind
  readonly name: string
  readonly rules: readonly MatchRule[]
  readonly repositories: RepositoryScope
  readonly permissions: Permissions
  /** SHA-256 (base64url) of canonical JSON of rules, repositories and permissions. */
  readonly digest: string
}

export interface MatchRule {
  readonly claim: string
  readonly expected:
    | { readonly kind: 'value'; readonly value: string }
    | { readonly kind: 'pattern'; readonly pattern: string }
}

/** The outcome of asking for a profile. */
export type ProfileLookup =
  | { readonly kind: 'found'; readonly profile: Profile }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unavailable'; readonly reason: string }

/** How one rule went. */
export interface RuleOutcome {
  readonly claim: string
  readonly expected: string
  readonly outcome: 'matched' | 'no match' | 'claim missing' | 'claim malformed' | 'claim not allowed'
}

export type MatchOutcome =
  | { readonly kind: 'allowed'; readonly tried: readonly RuleOutcome[] }
  | { readonly kind: 'refused'; readonly tried: readonly RuleOutcome[] }

/** Repositories of a token, by bare name; all of the installation's only where a profile says so. */
export type RepositorySelection =
  | { readonly kind: 'named'; readonly names: readonly [string, ...string[]] }
  | { readonly kind: 'all' }

/** What is asked of GitHub. */
export interface MintRequest {
  /** The owner of the repositories, whose installation is used. */
  readonly owner: string
  readonly repositories: RepositorySelection
  readonly permissions: Permissions
}

/** A GitHub installation token. */
export interface GitHubToken {
  readonly token: string
  /** Epoch seconds. */
  readonly expiresAt: number
  /** `owner/repo`; empty where it covers all. */
  readonly repositories: readonly string[]
  /** As GitHub granted them, with `metadata:read`. */
  readonly permissions: readonly string[]
}
