/** The published key set, RFC 7517 §5. */
import { type NamedJwk, parseKeySet, publicHalf } from './key-set.ts'

export interface Jwks {
  readonly keys: readonly NamedJwk[]
}

/**
 * The JWKS of a `verification-keys` document: every key in it, whatever its state, its public half alone.
 *
 * @throws Error when the document holds no key: a verifier would take an empty set for "nothing is valid"
 */
export function publishedKeys(text: string): Jwks {
  const keys = parseKeySet(text, 'verification-keys').keys.map(({ jwk }) => publicHalf(jwk))
  if (keys.length === 0) throw new Error('verification-keys holds no key')
  return { keys }
}
