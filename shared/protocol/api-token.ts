/** API tokens: credentials that people and machines make for themselves, without an OAuth app. */
import type { EpochSeconds } from './brands.ts'
import { formatScope } from './scope.ts'

/** Why a token ended before its time. */
export type RevocationReason = 'revoked' | 'rotated' | 'leaked'

/** An API token as it is made. Of its text the SHA-256 alone rests. */
export interface NewApiToken {
  readonly tokenHash: string
  readonly kind: 'api_token'
  /** The account that it belongs to, and whose rate it counts in. */
  readonly account: string
  /** What people call it. */
  readonly name: string
  readonly scope: readonly string[]
  /** The user who made it, or `operator`. */
  readonly createdBy: string
  /** The prefix and the first random characters, for people to tell tokens apart. */
  readonly hint: string
  readonly issuedAt: EpochSeconds
  /** Never, where it is left out. */
  readonly expiresAt?: EpochSeconds
}

/** An API token at rest. */
export interface StoredApiToken extends NewApiToken {
  /** To the hour. */
  readonly lastUsedAt?: EpochSeconds
  /** From then on `expiresAt` tells only when the record may go. */
  readonly revokedAt?: EpochSeconds
  readonly revokedBecause?: RevocationReason
  /** Token hashes: what it was rotated into, and what it was rotated from. */
  readonly replacedBy?: string
  readonly replaces?: string
}

/** Wire form of what may be told of an API token; times are ISO 8601 in UTC. */
export interface ApiTokenInfo {
  /** Names the token wherever one is meant; it is the token's hash and opens nothing. */
  readonly id: string
  readonly name: string
  readonly account: string
  readonly scope: string
  readonly hint: string
  readonly created_by: string
  readonly created_at: string
  readonly expires_at?: string
  readonly last_used_at?: string
  readonly revoked_at?: string
  readonly revoked_because?: RevocationReason
  readonly replaced_by?: string
  readonly replaces?: string
}

export function apiTokenInfo(token: StoredApiToken): ApiTokenInfo {
  const { expiresAt, lastUsedAt, revokedAt, revokedBecause, replacedBy, replaces } = token
  return {
    id: token.tokenHash,
    name: token.name,
    account: token.account,
    scope: formatScope(token.scope),
    hint: token.hint,
    created_by: token.createdBy,
    created_at: isoTime(token.issuedAt),
    ...(expiresAt === undefined || revokedAt !== undefined ? {} : { expires_at: isoTime(expiresAt) }),
    ...(lastUsedAt === undefined ? {} : { last_used_at: isoTime(lastUsedAt) }),
    ...(revokedAt === undefined ? {} : { revoked_at: isoTime(revokedAt) }),
    ...(revokedBecause === undefined ? {} : { revoked_because: revokedBecause }),
    ...(replacedBy === undefined ? {} : { replaced_by: replacedBy }),
    ...(replaces === undefined ? {} : { replaces }),
  }
}

/** `2023-11-14T22:13:20Z`. */
function isoTime(time: EpochSeconds): string {
  return new Date(time * 1000).toISOString().replace('.000Z', 'Z')
}
