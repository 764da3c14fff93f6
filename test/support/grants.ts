/** Stored things of issue tests, with what a test wants different. Times are seconds around `T0`. */
import { clientId, epochSeconds } from '../../shared/protocol/brands.ts'
import { sha256 } from '../../shared/protocol/hash.ts'
import type { AuthorizationCode } from '../../shared/stores/authorization-codes.ts'
import type { NewGrant } from '../../shared/stores/grants.ts'
import type { StoredAccessToken, StoredApiToken } from '../../shared/stores/tokens.ts'
import type { User } from '../../shared/stores/users.ts'

/** 2023-11-14T22:13:20Z. */
export const T0 = epochSeconds(1_700_000_000)
/** So many seconds after `T0`. */
export const at = (offset: number) => epochSeconds(T0 + offset)

export function newGrant(different: Partial<NewGrant> = {}): NewGrant {
  return {
    gid: 'gid-1',
    clientId: clientId('app'),
    subject: 'subject-1',
    username: 'ada',
    scope: ['read', 'write'],
    grantType: 'authorization_code',
    generation: 1,
    currentHash: 'hash-1',
    refreshExpiresAt: at(1000),
    createdAt: T0,
    expiresAt: at(1000),
    ...different,
  }
}

export function storedToken(different: Partial<StoredAccessToken> = {}): StoredAccessToken {
  return {
    tokenHash: 'token-hash-1',
    kind: 'access_token',
    clientId: clientId('app'),
    subject: 'subject-1',
    audience: 'https://api.example.com',
    scope: ['read'],
    gid: 'gid-1',
    generation: 1,
    issuedAt: T0,
    expiresAt: at(3600),
    ...different,
  }
}

export function storedApiToken(different: Partial<StoredApiToken> = {}): StoredApiToken {
  return {
    tokenHash: 'token-hash-2',
    kind: 'api_token',
    account: 'acme',
    name: 'Nightly export',
    scope: ['read'],
    createdBy: 'ada',
    hint: 'bb_live_7f3K',
    issuedAt: T0,
    expiresAt: at(3600),
    ...different,
  }
}

export function authorizationCode(different: Partial<AuthorizationCode> = {}): AuthorizationCode {
  return {
    codeHash: sha256('the-code'),
    clientId: clientId('app'),
    username: 'ada',
    subject: 'subject-1',
    scope: ['read'],
    requestedScope: ['read'],
    authTime: at(-30),
    grantId: Buffer.alloc(16, 7).toString('base64url'),
    issuedAt: T0,
    expiresAt: at(60),
    ...different,
  }
}

export function user(different: Partial<User> = {}): User {
  return {
    username: 'ada',
    subject: 'subject-1',
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    sessionVersion: 1,
    createdAt: T0,
    ...different,
  }
}
