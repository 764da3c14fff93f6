/**
 * Issuing tokens: what every grant does once it knows who allowed what.
 *
 * Order, and why: the grant is written before any token that names it, so that whatever a client holds can be
 * revoked; the access token comes last, since it alone is of use by itself.
 */
import type { BeginningGrantConfig, Config } from '../config/types.ts'
import { after, type EpochSeconds, type Seconds, seconds } from '../protocol/brands.ts'
import type { Client } from '../protocol/client.ts'
import type { GrantType } from '../protocol/grant-types.ts'
import { sha256 } from '../protocol/hash.ts'
import type { IssuedTokens } from '../protocol/token-response.ts'
import type { Grant, GrantStore } from '../stores/grants.ts'
import type { TokenStore } from '../stores/tokens.ts'
import { signAccessToken } from '../tokens/access-token.ts'
import { signIdToken } from '../tokens/id-token.ts'
import { newOpaqueToken } from '../tokens/opaque-token.ts'
import {
  bodyHash,
  firstRefreshToken,
  formatRefreshToken,
  gidOf,
  newGrantId,
  type RefreshToken,
} from '../tokens/refresh-token.ts'
import type { SigningKey } from '../tokens/signing-key.ts'
import type { SymmetricKeys } from '../tokens/symmetric-keys.ts'

/** What a deployment issues with; what a configuration has no use for is never called. */
export interface IssuingServices {
  readonly config: Config
  readonly issuer: string
  readonly signingKey: () => Promise<SigningKey>
  readonly refreshKeys: () => Promise<SymmetricKeys>
  readonly grants: Pick<GrantStore, 'create'>
  readonly tokens: Pick<TokenStore, 'create'>
}

/** Who allowed what to whom. */
export interface Authorization {
  readonly client: Client
  /** The user, or the client itself where no user is involved. */
  readonly subject: string
  readonly username?: string
  /** Granted scope. */
  readonly scope: readonly string[]
  readonly requestedScope: readonly string[] | undefined
  /** When the user signed in, and the `nonce` of an OpenID request. */
  readonly authTime?: EpochSeconds
  readonly nonce?: string
  readonly now: EpochSeconds
}

/** Which step of a grant a token belongs to. */
interface Place {
  readonly gid: string
  readonly generation: number
  readonly lifetime: Seconds | undefined
}

/**
 * Begins a grant and issues its first tokens.
 *
 * A client that acts for itself and gets no refresh token has no grant of its own: nothing is written but an
 * opaque token, and `client:<id>` is what a revocation names.
 *
 * @param grantId as it was announced with the authorization code; random when left out
 */
export async function beginGrant(
  grantType: GrantType,
  authorization: Authorization,
  services: IssuingServices,
  grantId: Buffer = newGrantId(),
): Promise<IssuedTokens> {
  const { client, username, now } = authorization
  const settings: BeginningGrantConfig | undefined = beginningSettings(services.config, grantType)
  if (!settings) throw new Error(`the grant ${grantType} begins nothing`)
  const lifetime = lifetimeOf(client, settings.accessTokenTtlSeconds, services.config)
  const withRefresh = settings.refreshToken && client.grantTypes.includes('refresh_token')
  if (username === undefined && !withRefresh)
    return issue(authorization, { gid: `client:${client.clientId}`, generation: 0, lifetime }, services)
  const gid = gidOf(grantId)
  const refresh = withRefresh ? await newRefreshToken(grantId, services) : undefined
  const refreshExpiresAt = refresh ? after(now, seconds(services.config.refresh.ttlSeconds)) : undefined
  await services.grants.create({
    gid,
    clientId: client.clientId,
    subject: authorization.subject,
    scope: authorization.scope,
    grantType,
    generation: 1,
    createdAt: now,
    ...defined({
      username,
      authTime: authorization.authTime,
      currentHash: refresh?.hash,
      refreshExpiresAt,
      expiresAt: endOf(now, lifetime, refreshExpiresAt),
    }),
  })
  const issued = await issue(authorization, { gid, generation: 1, lifetime }, services)
  if (!refresh) return issued
  return {
    ...issued,
    refreshToken: { value: refresh.value, expiresIn: seconds(services.config.refresh.ttlSeconds) },
  }
}

/**
 * Issues the tokens of a grant's current generation.
 *
 * @param grant as it is after the rotation
 * @param token its current refresh token
 */
export async function renewGrant(
  grant: Grant,
  token: RefreshToken,
  authorization: Authorization,
  services: IssuingServices,
): Promise<IssuedTokens> {
  const { config } = services
  const settings = config.grants.refresh_token
  if (!settings) throw new Error('the grant refresh_token is not offered')
  const lifetime = lifetimeOf(authorization.client, settings.accessTokenTtlSeconds, config)
  const place = { gid: grant.gid, generation: token.generation, lifetime }
  const issued = await issue(authorization, place, services)
  const keys = await services.refreshKeys()
  const key = keys.find(token.keyId)
  // The token that was shown was read under this very key.
  if (!key) throw new Error(`refresh key ${token.keyId} is gone`)
  const expiresIn =
    grant.refreshExpiresAt === undefined ? undefined : seconds(grant.refreshExpiresAt - authorization.now)
  return { ...issued, refreshToken: { value: formatRefreshToken(token, key, config.refresh), expiresIn } }
}

/** When a grant's item may go: after the last of its tokens, and never where one of them never ends. */
export function endOf(
  now: EpochSeconds,
  lifetime: Seconds | undefined,
  refreshExpiresAt: EpochSeconds | undefined,
): EpochSeconds | undefined {
  if (lifetime === undefined) return undefined
  const accessEnds = after(now, lifetime)
  return refreshExpiresAt === undefined || refreshExpiresAt < accessEnds ? accessEnds : refreshExpiresAt
}

/**
 * Lifetime of a client's access tokens; nothing where they never expire.
 *
 * @throws Error before anything is written, for a client whose tokens cannot be made
 */
export function lifetimeOf(
  client: Client,
  grantTtlSeconds: number,
  { accessToken }: Pick<Config, 'accessToken'>,
): Seconds | undefined {
  if (!client.tokensNeverExpire) return seconds(client.accessTokenTtlSeconds ?? grantTtlSeconds)
  if (accessToken.format === 'jwt') throw new Error('a JWT access token has to expire (RFC 9068 §2.2)')
  return undefined
}

function beginningSettings({ grants }: Config, grantType: GrantType): BeginningGrantConfig | undefined {
  return grantType === 'refresh_token' ? undefined : grants[grantType]
}

async function newRefreshToken(grantId: Buffer, { config, refreshKeys }: IssuingServices) {
  const { current } = await refreshKeys()
  const token = firstRefreshToken(grantId, current, config.refresh)
  return { value: formatRefreshToken(token, current, config.refresh), hash: bodyHash(token) }
}

/** The access token, and the ID token where OpenID was granted. */
async function issue(
  authorization: Authorization,
  place: Place,
  services: IssuingServices,
): Promise<IssuedTokens> {
  const { scope, requestedScope, authTime } = authorization
  const accessToken = await issueAccessToken(authorization, place, services)
  const issued = { accessToken, expiresIn: place.lifetime, scope, requestedScope }
  if (authTime === undefined || !scope.includes('openid')) return issued
  const content = {
    issuer: services.issuer,
    subject: authorization.subject,
    clientId: authorization.client.clientId,
    authTime,
    accessToken,
    issuedAt: authorization.now,
    lifetime: place.lifetime ?? ID_TOKEN_LIFETIME,
    ...(authorization.nonce === undefined ? {} : { nonce: authorization.nonce }),
  }
  return { ...issued, idToken: await signIdToken(content, await services.signingKey()) }
}

/** An ID token tells of one sign-in and is read at once; it ends also where the access token never does. */
const ID_TOKEN_LIFETIME = seconds(3600)

async function issueAccessToken(
  { client, subject, username, scope, now }: Authorization,
  { gid, generation, lifetime }: Place,
  { config, issuer, signingKey, tokens }: IssuingServices,
): Promise<string> {
  const { accessToken: format } = config
  const common = {
    audience: format.audience ?? issuer,
    subject,
    clientId: client.clientId,
    scope,
    gid,
    generation,
    issuedAt: now,
  }
  if (format.format === 'jwt') {
    if (lifetime === undefined) throw new Error('a JWT access token has to expire (RFC 9068 §2.2)')
    return signAccessToken({ ...common, issuer, lifetime }, await signingKey())
  }
  const token = newOpaqueToken(format)
  await tokens.create({
    ...common,
    tokenHash: sha256(token),
    kind: 'access_token',
    ...defined({
      username,
      expiresAt: lifetime === undefined ? undefined : after(now, lifetime),
    }),
  })
  return token
}

type Defined<Values> = { [Name in keyof Values]?: Exclude<Values[Name], undefined> }

function defined<Values extends object>(values: Values): Defined<Values> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Defined<Values>
}
