/**
 * What a browser keeps for us, unreadable and unchangeable to it: an encrypted JWT (RFC 7519, RFC 7516), `dir`
 * with A256GCM. It is bound to the issuer and to one purpose, so that no cookie passes for another.
 */
import { EncryptJWT, errors, type JWTPayload, jwtDecrypt } from 'jose'
import type { EpochSeconds } from '../protocol/brands.ts'
import type { SymmetricKeys } from './symmetric-keys.ts'

/** `typ` of the token (RFC 8725 §3.11). */
export type Purpose = 'session' | 'upstream-sign-in'

const ALGORITHM = 'dir'
const ENCRYPTION = 'A256GCM'

export interface Seal {
  readonly purpose: Purpose
  readonly issuer: string
  readonly keys: SymmetricKeys
}

/** @param claims small: a cookie has to stay under 2 KB */
export async function seal(
  claims: JWTPayload,
  { purpose, issuer, keys }: Seal,
  issuedAt: EpochSeconds,
  expiresAt: EpochSeconds,
): Promise<string> {
  const { keyId, secret } = keys.current
  return new EncryptJWT(claims)
    .setProtectedHeader({ alg: ALGORITHM, enc: ENCRYPTION, typ: purpose, kid: keyId })
    .setIssuer(issuer)
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiresAt)
    .encrypt(secret)
}

/** @returns nothing for what does not hold, whatever the reason: another key, issuer or purpose, or too late */
export async function unseal(
  text: string,
  { purpose, issuer, keys }: Seal,
  now: EpochSeconds,
): Promise<JWTPayload | undefined> {
  try {
    const { payload } = await jwtDecrypt(
      text,
      ({ kid }) => {
        const key = keys.find(kid ?? '')
        if (!key) throw new errors.JWEDecryptionFailed()
        return key.secret
      },
      {
        issuer,
        typ: purpose,
        keyManagementAlgorithms: [ALGORITHM],
        contentEncryptionAlgorithms: [ENCRYPTION],
        requiredClaims: ['iat', 'exp'],
        currentDate: new Date(now * 1000),
      },
    )
    return payload
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined
    throw error
  }
}
