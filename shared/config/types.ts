/**
 * The checked configuration of one deployment, as every function finds it in its `config.json`.
 *
 * `schema.ts` makes it from the YAML file at synth: every default is filled in and every fault reported
 * there, so nothing here is optional that a function would have to think about.
 */
import type { VendSettings } from './vend-types.ts'

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
  /** Lifetime of access tokens from this grant, unless the client has one of its own. */
  readonly accessTokenTtlSeconds: number
}

/** Settings of a grant that may begin a chain of refresh tokens. */
export interface BeginningGrantConfig extends GrantConfig {
  /** Whether a refresh token comes with the access token. */
  readonly refreshToken: boolean
}

export interface ClientCredentialsConfig extends BeginningGrantConfig {
  /** Whose `sub` the token has: the client's own, or that of the account that owns it (RFC 9068 §2.2). */
  readonly subject: 'client' | 'owner'
}

/** The grants a deployment offers; a grant that is not named does not exist in it. */
export interface GrantConfigs {
  readonly authorization_code?: BeginningGrantConfig
  readonly client_credentials?: ClientCredentialsConfig
  readonly password?: BeginningGrantConfig
  readonly refresh_token?: GrantConfig
}

/** What access tokens look like. Whether one is valid never depends on it: kind and scope are stored or signed. */
export type AccessTokenFormat =
  | { readonly format: 'jwt' }
  | { readonly format: 'prefixed'; readonly prefix: string }
  | { readonly format: 'uuid' }

export interface RefreshConfig {
  /** How long a refresh token lives: from the grant's beginning (`fixed`), or anew at each use (`sliding`). */
  readonly ttlSeconds: number
  readonly lifetime: 'fixed' | 'sliding'
  /** How long a client that lost the answer may repeat its request. */
  readonly overlapSeconds: number
  /** Whether a refresh ends the access token that came with the old refresh token. */
  readonly revokesAccessToken: boolean
  readonly prefix: string
  /** Characters after the prefix. */
  readonly length: number
}

/** The OpenID provider that people sign in at instead of here. */
export interface UpstreamConfig {
  readonly issuer: string
  readonly clientId: string
  /** Name or ARN of the secret that holds the client secret at the provider. */
  readonly clientSecretArn: string
  readonly scope: string
  /** What the sign-in button says. */
  readonly name: string
  /** The account that its users belong to. */
  readonly account?: string
  /** The tier on which that account is opened with its first user; an account that exists keeps its own. */
  readonly tier?: string
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

/** API tokens: credentials that people and machines make for themselves, without an OAuth app. */
export interface ApiTokensConfig {
  /** What each begins with, such as `bb_live_`. */
  readonly prefix: string
}

/** The methods that a route of the team's API may have (RFC 9110 §9.3, RFC 5789). */
export type ApiMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** A route of the team's own API, behind our tokens. */
export interface ApiRoute {
  /** As API Gateway writes a resource: `/api/v1/jobs/{id}`, or with `{rest+}` at its end. */
  readonly path: string
  readonly methods: readonly ApiMethod[]
  /** Scopes that a token needs, all of them. */
  readonly scope: readonly string[]
  /** Name of the upstream that serves it. */
  readonly upstream: string
}

/** Where routes are served: an https host that knows us by a shared secret, or a function that knows us by IAM. */
export type ApiUpstream = HttpsUpstream | LambdaUpstream

export interface HttpsUpstream {
  /** Base of every request's URL; the path of the request follows. */
  readonly url: string
  /** ARN of a secret of the operator's own to send along; Scrip makes one when left out. */
  readonly secretArn?: string
  readonly timeoutSeconds: number
}

export interface LambdaUpstream {
  /** ARN of a function, or of an alias or version of it. */
  readonly functionArn: string
  readonly timeoutSeconds: number
}

/** The team's own API behind our tokens. */
export interface ApiConfig {
  readonly routes: readonly ApiRoute[]
  readonly upstreams: Readonly<Record<string, ApiUpstream>>
  /** Whether an upstream may be on loopback: on the local stack, and never by a setting of the file. */
  readonly loopbackUpstreams: boolean
}

export interface Config {
  /** Names the CloudFormation stack, and with it every resource. */
  readonly name: string
  /** Whether tokens are for real or for tests: `{environment}` in a token's prefix. */
  readonly environment: 'live' | 'test'
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
  readonly grants: GrantConfigs
  readonly accessToken: AccessTokenFormat & {
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
    /** Whether a refresh token comes with `refresh_token_expires_in`. */
    readonly refreshTokenExpiresIn: boolean
  }
  readonly refresh: RefreshConfig
  readonly authorize: {
    /** RFC 6749 §4.1.2: "A maximum authorization code lifetime of 10 minutes is RECOMMENDED". */
    readonly codeTtlSeconds: number
    /** Parameters that a request must have beyond the RFC's, with the only value each may have. */
    readonly requiredParameters: Readonly<Record<string, string>>
  }
  readonly session: {
    /** A session ends this long after its last use, and at the latest this long after the sign-in. */
    readonly idleSeconds: number
    readonly absoluteSeconds: number
  }
  /** Guessing: failed sign-ins in a window before the next one is refused unseen (429). */
  readonly signIn: {
    readonly windowSeconds: number
    /** For one user name from one source address. */
    readonly failuresPerUser: number
    /** From one source address (IPv6: from one /64). */
    readonly failuresPerSource: number
  }
  readonly upstream?: UpstreamConfig
  readonly errors: {
    /** The JSON body of a 401 to a bad access token; OAuth's own when left out (RFC 6750 §3.1). */
    readonly unauthorizedBody?: Readonly<Record<string, unknown>>
  }
  readonly pages: {
    /** What the pages call the service. */
    readonly serviceName: string
  }
  readonly pkce: {
    /** Who must use PKCE (RFC 7636): every client, public clients, or nobody. */
    readonly required: 'always' | 'public'
  }
  readonly redirectUris: {
    /** How `redirect_uri` is matched for a client that does not say (RFC 9700 §2.1 wants `exact`). */
    readonly match: 'exact' | 'subpath'
  }
  /** None where left out. */
  readonly apiTokens?: ApiTokensConfig
  /** Without it, the deployment has no authorizer and protects nothing. */
  readonly api?: ApiConfig
  /** GitHub tokens for CI; none where left out. */
  readonly vend?: VendSettings
  readonly leaked: {
    /** Reports of leaked tokens that one source address may make in a minute. */
    readonly requestsPerMinute: number
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
  readonly alarms?: {
    /** ARN of the SNS topic that every alarm notifies; none does where left out. */
    readonly topicArn: string
  }
  readonly logs: {
    readonly retentionDays: number
    readonly level: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR'
  }
}
