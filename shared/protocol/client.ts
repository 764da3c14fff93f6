/** A registered client, RFC 6749 §2, and what a request proved about it. */
import type { ClientId, EpochSeconds } from './brands.ts'
import type { GrantType } from './grant-types.ts'
import type { RedirectMatch } from './redirect-uri.ts'

/** How a client authenticates at the token endpoint (RFC 7591 §2). */
export const tokenEndpointAuthMethods = ['client_secret_basic', 'client_secret_post', 'none'] as const

export type TokenEndpointAuthMethod = (typeof tokenEndpointAuthMethods)[number]

/** A client has at most two secrets at once, so that one can be exchanged without a moment of failure. */
export const MAX_CLIENT_SECRETS = 2

/** A client secret at rest: its SHA-256 (`hash.ts`), and when it stops working. */
export interface ClientSecret {
  readonly hash: string
  readonly createdAt: EpochSeconds
  readonly expiresAt?: EpochSeconds
}

export interface Client {
  readonly clientId: ClientId
  readonly clientName: string
  readonly clientUri?: string
  readonly logoUri?: string
  readonly redirectUris: readonly string[]
  readonly grantTypes: readonly GrantType[]
  /** Registered scope. */
  readonly scope: readonly string[]
  readonly tokenEndpointAuthMethod: TokenEndpointAuthMethod
  readonly secrets: readonly ClientSecret[]
  /** The account that owns the client: its rate tier applies. */
  readonly account?: string
  /** How `redirect_uri` is matched; as the deployment has it when left out. */
  readonly redirectMatch?: RedirectMatch
  /** Lifetime of its access tokens; the grant's when left out. */
  readonly accessTokenTtlSeconds?: number
  /** A legacy app: its access tokens never expire, and the answer names no `expires_in`. */
  readonly tokensNeverExpire?: boolean
  /** A resource server: it may introspect every token whose audience is this one (RFC 7662 §4). */
  readonly introspectAudience?: string
  /** Belongs to the operator, who may trust it with more than a stranger's (a password, for one). */
  readonly firstParty: boolean
  readonly createdAt: EpochSeconds
}

/** RFC 6749 §2.1: a confidential client can keep a secret, a public one (`none`) cannot. */
export function isConfidential(client: Client): boolean {
  return client.tokenEndpointAuthMethod !== 'none'
}

/** The hashes of the secrets that still work at `now`. */
export function liveSecretHashes(client: Client, now: EpochSeconds): string[] {
  return client.secrets
    .filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now)
    .map(({ hash }) => hash)
}
