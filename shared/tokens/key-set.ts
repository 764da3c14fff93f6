/**
 * The two key documents, as they rest in Secrets Manager.
 *
 * `signing-keys` holds private keys and is read by issuing functions only; `verification-keys` holds the
 * public ones and is read by everything that verifies. A key's life is `next → current → retired → gone`:
 * it is published before it signs, and stays published until the last token it signed has expired.
 */
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'
import type { SigningAlgorithm } from '../config/types.ts'
import type { EpochSeconds } from '../protocol/brands.ts'

export type KeyState = 'next' | 'current' | 'retired'

/** A JWK that says everything a verifier needs: which key, which algorithm, what for (RFC 7517 §4). */
export type NamedJwk = JWK & {
  readonly kid: string
  readonly alg: string
  readonly use: 'sig'
}

export interface StoredKey {
  readonly state: KeyState
  /** When the key came into its state. */
  readonly since: EpochSeconds
  readonly jwk: NamedJwk
}

export interface KeySet {
  readonly keys: readonly StoredKey[]
}

/** A key pair as it goes into the two documents. */
export interface NewKey {
  readonly private: NamedJwk
  readonly public: NamedJwk
}

/**
 * Makes a signing key pair; RSA keys have 2,048 bits (RFC 7518 §3.3).
 *
 * @returns both halves under one `kid`, the key's thumbprint (RFC 7638)
 */
export async function generateKey(algorithm: SigningAlgorithm): Promise<NewKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, {
    extractable: true,
  })
  const publicJwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(publicJwk)
  const named = { kid, alg: algorithm, use: 'sig' as const }
  return {
    private: { ...(await exportJWK(privateKey)), ...named },
    public: { ...publicJwk, ...named },
  }
}

/** The public half of a private JWK, by naming what is public rather than what is not (RFC 7518 §6, RFC 8037 §2). */
export function publicHalf(jwk: NamedJwk): NamedJwk {
  const { kty, crv, x, y, n, e, kid, alg, use } = jwk
  const parts = Object.entries({ kty, crv, x, y, n, e }).filter(([, value]) => value !== undefined)
  return { ...Object.fromEntries(parts), kid, alg, use } as NamedJwk
}

/**
 * Reads a key document.
 *
 * @param text the secret's value
 * @param name the secret's name, for the message
 * @throws Error that tells the secret's name and nothing of its value
 */
export function parseKeySet(text: string, name: string): KeySet {
  const document = parseJson(text)
  if (!isKeySet(document)) throw new Error(`the secret ${name} does not hold a key set`)
  return document
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // JSON.parse quotes its input in the error, which would put a key in the log
  }
}

function isKeySet(document: unknown): document is KeySet {
  if (typeof document !== 'object' || document === null || !('keys' in document)) return false
  return Array.isArray(document.keys) && document.keys.every(isStoredKey)
}

function isStoredKey(key: unknown): key is StoredKey {
  if (typeof key !== 'object' || key === null || !('jwk' in key) || !('state' in key)) return false
  const { jwk } = key
  return (
    typeof jwk === 'object' && jwk !== null && 'kid' in jwk && 'alg' in jwk && typeof jwk.kid === 'string'
  )
}
