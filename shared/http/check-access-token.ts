/**
 * Whether an access token is good: the one question that userinfo, introspection and the authorizer ask.
 *
 * First what costs nothing (form, checksum, signature, time), then one strongly consistent read of what may
 * have been revoked.
 */
import type { Config } from '../config/types.ts'
import type { ClientId, EpochSeconds } from '../protocol/brands.ts'
import { sha256 } from '../protocol/hash.ts'
import type { Liveness, LivenessReader } from '../stores/liveness.ts'
import { isLive, type StoredToken, type TokenStore } from '../stores/tokens.ts'
import type { Jwks } from '../tokens/jwks.ts'
import { isOpaqueToken } from '../tokens/opaque-token.ts'
import type { verifyAccessToken } from '../tokens/verify-access-token.ts'

/** What a good access token allows, and to whom. */
export interface AccessToken {
  readonly issuer: string
  readonly audience: string
  readonly subject: string
  readonly clientId: ClientId
  readonly scope: readonly string[]
  /** The user's name, where a user is involved. */
  readonly username?: string
  readonly gid: string
  readonly generation: number
  readonly jti?: string
  readonly issuedAt: EpochSeconds
  /** Never, where it is left out. */
  readonly expiresAt?: EpochSeconds
}

export interface AccessTokenServices {
  readonly config: Config
  readonly keys: () => Promise<Jwks>
  /** Verifies a JWT, or remembers that it has. */
  readonly verify: typeof verifyAccessToken
  readonly tokens: Pick<TokenStore, 'find'>
  readonly liveness: LivenessReader
}

/**
 * The token, if it is good: ours, not expired, and neither it nor its grant revoked.
 *
 * @returns nothing otherwise; the reason would help whoever forged it
 */
export async function checkAccessToken(
  text: string,
  issuer: string,
  now: EpochSeconds,
  services: AccessTokenServices,
): Promise<AccessToken | undefined> {
  const token = await readAccessToken(text, issuer, now, services)
  return token && living(token, services)
}

/** The same for an opaque token that was looked up already, by its SHA-256. */
export async function checkStoredAccessToken(
  stored: StoredToken,
  issuer: string,
  now: EpochSeconds,
  services: AccessTokenServices,
): Promise<AccessToken | undefined> {
  const token = readStored(stored, issuer, now)
  return token && living(token, services)
}

async function living(token: AccessToken, services: AccessTokenServices): Promise<AccessToken | undefined> {
  const liveness = await services.liveness.read(token.gid, token.jti)
  if (!isAlive(token, liveness, services.config)) return undefined
  const username = token.username ?? liveness.grant?.username
  return { ...token, ...(username === undefined ? {} : { username }) }
}

/** What the token says of itself, where it is one of ours and has not expired; revocation is not asked. */
export async function readAccessToken(
  text: string,
  issuer: string,
  now: EpochSeconds,
  { config, keys, verify, tokens }: Omit<AccessTokenServices, 'liveness'>,
): Promise<AccessToken | undefined> {
  const { accessToken: format } = config
  if (format.format === 'jwt') return verify(text, await keys(), issuer, now)
  if (!isOpaqueToken(text, format)) return undefined
  return readStored(await tokens.find(sha256(text)), issuer, now)
}

function readStored(
  stored: StoredToken | undefined,
  issuer: string,
  now: EpochSeconds,
): AccessToken | undefined {
  return stored?.kind === 'access_token' && isLive(stored, now) ? { ...stored, issuer } : undefined
}

function isAlive(token: AccessToken, { grant, isDenied }: Liveness, { refresh }: Config): boolean {
  if (isDenied) return false
  // A client that acts for itself has no grant of its own: only a revocation of all it has is ever written,
  // and what was issued after that is good again.
  if (token.gid.startsWith('client:'))
    return grant?.revokedAt === undefined || grant.revokedAt < token.issuedAt
  if (grant?.clientId === undefined || grant.revokedAt !== undefined) return false
  return !refresh.revokesAccessToken || grant.generation === token.generation
}
