/** An issuer's JWKS (RFC 7517 §5), as far as it is of use here. */
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWK } from 'jose'
import type { VendAlgorithm } from '../../config/vend-types.ts'
import { isObject, type JsonObject } from '../json.ts'

/** What of a token's header finds its key. */
export interface KeyQuery {
  readonly alg: string
  readonly kid?: string
}

export type KeyInSet =
  | { readonly kind: 'key'; readonly key: CryptoKey }
  /** The set has no key for this token, and a newer set may have one. */
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'none'; readonly reason: string }

export interface KeySet {
  find(query: KeyQuery): Promise<KeyInSet>
}

const publicMembers = {
  RSA: ['n', 'e'],
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
} as const
/** A key that shows any of these is known to everybody (RFC 7518 §6.2.2, §6.3.2, §6.4.1). */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'] as const
/** RFC 8725 §3.5, RFC 7518 §3.3. */
const MIN_RSA_BYTES = 256

/**
 * Reads a set. Keys that cannot verify a signature here are left out: a set may hold others for other readers
 * (RFC 7517 §5). A set without any key of use is a set all the same: the issuer may have withdrawn them.
 *
 * A token without a key id has a key where exactly one fits its algorithm.
 *
 * @param document the set as parsed JSON
 * @throws Error on what is no key set
 */
export function keySet(document: unknown): KeySet {
  if (!isObject(document) || !Array.isArray(document.keys)) throw new Error('not a key set')
  const keys = document.keys.filter(isObject).flatMap((key) => usable(key) ?? [])
  const find = createLocalJWKSet({ keys } satisfies JSONWebKeySet)
  return {
    async find(query) {
      try {
        return { kind: 'key', key: await find({ ...query }) }
      } catch (error) {
        if (error instanceof errors.JWKSNoMatchingKey)
          return { kind: 'unknown', reason: 'the issuer has no such key' }
        if (error instanceof errors.JWKSMultipleMatchingKeys)
          return { kind: 'none', reason: 'several keys of the issuer fit' }
        return { kind: 'none', reason: 'the key cannot be used' }
      }
    },
  }
}

/** Whether a key is one that nobody but its owner may have, or shows what belongs to such a one. */
export function holdsSecret(key: JsonObject): boolean {
  return key.kty === 'oct' || privateMembers.some((name) => Object.hasOwn(key, name))
}

/** Curves that belong to an algorithm (RFC 7518 §3.4, RFC 8037 §3.1); the others are RSA's. */
const curves: Partial<Record<VendAlgorithm, string>> = {
  ES256: 'P-256',
  ES384: 'P-384',
  ES512: 'P-521',
  EdDSA: 'Ed25519',
}

/** Whether a key of a set verifies signatures by one of the algorithms. */
export function canVerify(key: JsonObject, algorithms: readonly VendAlgorithm[]): boolean {
  const jwk = usable(key)
  if (!jwk) return false
  const { kty, crv, alg } = jwk
  return algorithms.some((algorithm) => {
    const curve = curves[algorithm]
    const typeFits = curve === undefined ? kty === 'RSA' : crv === curve
    return typeFits && (alg === undefined || alg === algorithm)
  })
}

/** The key with the members that are needed and no others. */
function usable(key: JsonObject): JWK | undefined {
  const { kty, use, alg, kid, key_ops: operations } = key
  if (kty !== 'RSA' && kty !== 'EC' && kty !== 'OKP') return undefined
  if (holdsSecret(key)) return undefined
  if (use !== undefined && use !== 'sig') return undefined
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify')))
    return undefined
  const values = publicMembers[kty].map((name) => [name, key[name]] as const)
  if (!values.every(([, value]) => typeof value === 'string' && value !== '')) return undefined
  if (kty === 'RSA' && Buffer.from(String(key.n), 'base64url').length < MIN_RSA_BYTES) return undefined
  return {
    kty,
    ...Object.fromEntries(values),
    ...(typeof alg === 'string' ? { alg } : {}),
    ...(typeof kid === 'string' ? { kid } : {}),
  }
}
