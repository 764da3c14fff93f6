/** ID tokens, OpenID Connect Core 1.0 §2. */
import { createHash } from 'node:crypto'
import { SignJWT } from 'jose'
import { after, type ClientId, type EpochSeconds, type Seconds } from '../protocol/brands.ts'
import type { SigningKey } from './signing-key.ts'

export interface IdTokenContent {
  readonly issuer: string
  readonly subject: string
  readonly clientId: ClientId
  readonly nonce?: string
  readonly authTime: EpochSeconds
  /** The access token that comes with it; its hash binds the two (§3.1.3.6). */
  readonly accessToken: string
  readonly issuedAt: EpochSeconds
  readonly lifetime: Seconds
}

/** Signs an ID token for the client. */
export async function signIdToken(content: IdTokenContent, { kid, alg, key }: SigningKey): Promise<string> {
  return new SignJWT({
    iss: content.issuer,
    sub: content.subject,
    aud: content.clientId,
    iat: content.issuedAt,
    exp: after(content.issuedAt, content.lifetime),
    auth_time: content.authTime,
    ...(content.nonce === undefined ? {} : { nonce: content.nonce }),
    at_hash: halfHash(content.accessToken, alg),
  })
    .setProtectedHeader({ alg, kid, typ: 'JWT' })
    .sign(key)
}

/** The left half of the token's hash, by the hash that the signature uses: SHA-512 for EdDSA, else SHA-256. */
function halfHash(token: string, alg: string): string {
  const hash = createHash(alg === 'EdDSA' ? 'sha512' : 'sha256')
    .update(token, 'ascii')
    .digest()
  return hash.subarray(0, hash.length / 2).toString('base64url')
}
