/**
 * The checked configuration of one deployment, as every function finds it in its `config.json`.
 *
 * `schema.ts` makes it from the YAML file at synth: every default is filled in and every fault reported
 * there, so nothing here is optional that a function would have to think about.
 */
import type { GrantType } from '../protocol/grant-types.ts'

/** Signature algorithms a deployment may choose for its tokens (RFC 7518 §3.1, RFC 8037 §3.1). */
export type SigningAlgorithm = 'ES256' | 'RS256' | 'EdDSA'

/** One scope of the catalogue: what a consent screen says about it, and which scopes it includes. */
export interface ScopeDefinition {
  readonly description: string
  /** Scopes that holding this one includes; containment is transitive. */
  readonly contains: readonly string[]
  /** About a person (OpenID Connect's scopes): never granted to a client that acts for itself. */
  readonly user: boolean
}

/** What a request that names no scope gets (RFC 6749 §3.3): the defaults, all registered, or a refusal. */
export type ScopeWhenOmitted = 'default' | 'registered' | 'error'

/** Settings that every grant has. */
export interface GrantConfig {
  /** Lifetime of access tokens from this grant. */
  readonly accessTokenTtlSeconds: number
}

/** A rate tier: requests a minute for each subject. */
export interface RateTier {
  readonly requestsPerMinute: number
}

/** The edge in front of the API: CloudFront on the team's own domain. */
export interface EdgeConfig {
  readonly domain: string
  /** ARN of an ACM certificate in us-east-1 for `domain`. */
  readonly certificateArn: string
  /** ARN of a WAFv2 web ACL of scope CLOUDFRONT to use instead of the one Scrip makes. */
  readonly webAclArn?: string
  /** Requests from one source address in five minutes before Scrip's own web ACL blocks it. */
  readonly requestsPerFiveMinutes: number
}

export interface Config {
  /** Names the CloudFormation stack, and with it every resource. */
  readonly name: string
  /** The issuer (RFC 8414 §2); without it, it is read off the request (see `http/issuer.ts`). */
  readonly issuer?: string
  readonly paths: {
    /** In front of the OAuth endpoints: `/oauth` gives `/oauth/token`. */
    readonly prefix: string
  }
  readonly edge?: EdgeConfig
  readonly scopes: Readonly<Record<string, ScopeDefinition>>
  readonly scope: {
    readonly whenOmitted: ScopeWhenOmitted
    readonly default: readonly string[]
  }
  /** The grants this deployment offers; a grant that is not named here does not exist in it. */
  readonly grants: Readonly<Partial<Record<GrantType, GrantConfig>>>
  readonly accessToken: {
    readonly format: 'jwt'
    /** `aud` of access tokens (RFC 9068 §2.2); the issuer when left out. */
    readonly audience?: string
  }
  readonly signing: {
    /** Algorithm of the keys that `rotate-keys` makes. */
    readonly algorithm: SigningAlgorithm
  }
  readonly response: {
    /** Spelling of `token_type` in token responses; it is case-insensitive (RFC 6749 §5.1). */
    readonly tokenType: 'Bearer' | 'bearer'
    /** Whether `scope` stands in every token response, or only where it differs from what was requested. */
    readonly scope: 'always' | 'changed'
  }
  readonly pkce: {
    /** Who must use PKCE (RFC 7636): every client, public clients, or nobody. */
    readonly required: 'always' | 'public' | 'never'
  }
  readonly redirectUris: {
    /** How `redirect_uri` is matched for a client that does not say (RFC 9700 §2.1 wants `exact`). */
    readonly match: 'exact' | 'subpath'
  }
  readonly rateLimits: {
    /** Tier of a subject whose account names none. */
    readonly defaultTier: string
    readonly tiers: Readonly<Record<string, RateTier>>
  }
  readonly throttle: {
    /** Requests a second that the whole stage takes, and its burst: API Gateway's token bucket. */
    readonly ratePerSecond: number
    readonly burst: number
  }
  readonly logs: {
    readonly retentionDays: number
    readonly level: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR'
  }
}
