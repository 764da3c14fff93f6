/** JWT access tokens, RFC 9068. */
import { randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import { after, type ClientId, type EpochSeconds, type Seconds } from '../protocol/brands.ts'
import { formatScope } from '../protocol/scope.ts'
import type { SigningKey } from './signing-key.ts'

/** What an access token says; every claim that RFC 9068 §2.2 requires follows from it. */
export interface AccessTokenContent {
  readonly issuer: string
  readonly audience: string
  /** The user, or the client itself where no user is involved (§2.2). */
  readonly subject: string
  readonly clientId: ClientId
  readonly scope: readonly string[]
  /** What a revocation names: a grant, or `client:<id>` for all of a client's tokens. */
  readonly gid: string
  /** The grant's generation that the token belongs to; 0 where there is no refresh token. */
  readonly generation: number
  readonly issuedAt: EpochSeconds
  readonly lifetime: Seconds
}

/**
 * Signs an access token. Each has a `jti` of its own, so that no two are the same and each can be denied.
 *
 * @returns the compact JWS, `typ: at+jwt` (§2.1)
 */
export async function signAccessToken(
  content: AccessTokenContent,
  { kid, alg, key }: SigningKey,
): Promise<string> {
  return new SignJWT({
    iss: content.issuer,
    aud: content.audience,
    sub: content.subject,
    client_id: content.clientId,
    scope: formatScope(content.scope),
    iat: content.issuedAt,
    exp: after(content.issuedAt, content.lifetime),
    jti: randomUUID(),
    gid: content.gid,
    gen: content.generation,
  })
    .setProtectedHeader({ alg, kid, typ: 'at+jwt' })
    .sign(key)
}
