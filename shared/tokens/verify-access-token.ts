/** JWT access tokens as a verifier sees them, RFC 9068 §4: signature, type, issuer and time. Revocation is asked elsewhere. */
import { createLocalJWKSet, errors, type JWTPayload, jwtVerify } from 'jose'
import { type ClientId, clientId, type EpochSeconds, epochSeconds } from '../protocol/brands.ts'
import { parseScope } from '../protocol/scope.ts'
import type { Jwks } from './jwks.ts'

/** What a verified token says. */
export interface VerifiedAccessToken {
  /** The key that signed it. */
  readonly kid: string
  readonly issuer: string
  readonly audience: string
  readonly subject: string
  readonly clientId: ClientId
  readonly scope: readonly string[]
  readonly gid: string
  readonly generation: number
  readonly jti: string
  readonly issuedAt: EpochSeconds
  readonly expiresAt: EpochSeconds
}

/**
 * Verifies a JWT access token of this deployment.
 *
 * @param keys the published keys; their algorithms are the only ones taken
 * @returns nothing for any token that does not hold, whatever the reason: reasons help forgers
 */
export async function verifyAccessToken(
  token: string,
  keys: Jwks,
  issuer: string,
  now: EpochSeconds,
): Promise<VerifiedAccessToken | undefined> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keyFinder(keys), {
      issuer,
      typ: 'at+jwt',
      algorithms: [...new Set(keys.keys.map(({ alg }) => alg))],
      requiredClaims: ['sub', 'aud', 'client_id', 'scope', 'iat', 'exp', 'jti', 'gid', 'gen'],
      currentDate: new Date(now * 1000),
    })
    return read(payload, String(protectedHeader.kid))
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined
    throw error
  }
}

/** One finder a key set: it keeps the keys that it has imported. */
function keyFinder(keys: Jwks): ReturnType<typeof createLocalJWKSet> {
  const known = finders.get(keys) ?? createLocalJWKSet({ keys: [...keys.keys] })
  finders.set(keys, known)
  return known
}

const finders = new WeakMap<Jwks, ReturnType<typeof createLocalJWKSet>>()

/** The claims are ours, since the signature is: their types follow from `access-token.ts`. */
function read(payload: JWTPayload, kid: string): VerifiedAccessToken {
  return {
    kid,
    issuer: String(payload.iss),
    audience: String(payload.aud),
    subject: String(payload.sub),
    clientId: clientId(String(payload.client_id)),
    scope: parseScope(String(payload.scope)),
    gid: String(payload.gid),
    generation: Number(payload.gen),
    jti: String(payload.jti),
    issuedAt: epochSeconds(Number(payload.iat)),
    expiresAt: epochSeconds(Number(payload.exp)),
  }
}
