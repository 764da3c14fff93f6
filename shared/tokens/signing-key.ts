/** The key that signs: the `current` one of `signing-keys`. */
import { type CryptoKey, importJWK } from 'jose'
import { parseKeySet } from './key-set.ts'

export interface SigningKey {
  readonly kid: string
  readonly alg: string
  readonly key: CryptoKey
}

/**
 * The current signing key of a `signing-keys` document.
 *
 * @throws Error when the document has no current key, or the key is not a private one
 */
export async function currentSigningKey(text: string): Promise<SigningKey> {
  const stored = parseKeySet(text, 'signing-keys').keys.find(({ state }) => state === 'current')
  if (!stored) throw new Error('signing-keys holds no current key')
  const { kid, alg } = stored.jwk
  const key = await importJWK(stored.jwk, alg)
  if (key instanceof Uint8Array || key.type !== 'private')
    throw new Error(`signing key ${kid} is not a private key`)
  return { kid, alg, key }
}
