/** What goes through `audited(authorized(cached(mint)))`, and what comes out of it. */
import type { Deadline } from '../http.ts'
import type { ClaimedRepository } from '../issuers/repository.ts'
import type { Repository } from '../repository.ts'
import type { FailureKind, ServiceName } from '../service-failure.ts'
import type {
  CiCaller,
  GitHubToken,
  MatchOutcome,
  Permissions,
  Profile,
  RepositorySelection,
  RuleOutcome,
} from '../types.ts'

export interface VendRequest {
  readonly caller: CiCaller
  /** Claims that rules may name for the caller's issuer. */
  readonly allowedClaims: readonly string[]
  readonly profile: Profile
  /** The pipeline's own repository as its token tells it; organization profiles do not look at it. */
  readonly repository: ClaimedRepository
  /** Query parameters, as they came, each once. */
  readonly repositoryScope?: string | undefined
  readonly permissions?: string | undefined
  /** What git asks for; `elsewhere` when that is on another host. */
  readonly wanted?: Repository | 'elsewhere' | undefined
  /** A token of the caller's own, which is in no cache. */
  readonly fresh: boolean
  readonly deadline: Deadline
}

/** The rights that a request comes down to. */
export interface Rights {
  readonly target:
    | { readonly kind: 'known'; readonly owner: string; readonly repositories: RepositorySelection }
    /** The pipeline's own repository, which Buildkite will name. */
    | { readonly kind: 'pipeline' }
  readonly permissions: Permissions
}

/** A request that passed its profile's rules, with no more rights than the profile gives. */
export interface AuthorizedRequest {
  readonly caller: CiCaller
  readonly profile: Profile
  readonly rights: Rights
  readonly wanted?: Repository | undefined
  readonly fresh: boolean
  readonly deadline: Deadline
}

export interface Vended {
  readonly kind: 'vended'
  readonly token: GitHubToken
  readonly cached: boolean
  /** Where the pipeline's own repository was asked of Buildkite: when that was, in epoch seconds. */
  readonly confirmedAt?: number
}

/** Understood and allowed, and nothing to give: git asks for a repository that the profile does not cover. */
export interface Unmatched {
  readonly kind: 'unmatched'
  readonly reason: string
}

export interface Failed {
  readonly kind: 'failed'
  readonly service: ServiceName
  readonly failure: FailureKind
  readonly reason: string
}

export type Outcome = Vended | Unmatched | Failed

/** Reasons are for the audit line; the caller reads a status. */
export type VendOutcome = (
  | Outcome
  /** 403. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** 400. */
  | { readonly kind: 'bad request'; readonly reason: string }
) & { readonly tried: readonly RuleOutcome[] }

/** Whether a caller passes a profile's rules: `match/match-rules.ts`. */
export type MatchRules = (
  profile: Profile,
  caller: CiCaller,
  allowedClaims: readonly string[],
) => MatchOutcome

export type Vend = (request: VendRequest) => Promise<VendOutcome>
export type VendAuthorized = (request: AuthorizedRequest) => Promise<Outcome>
