/** Proof Key for Code Exchange, RFC 7636, with `S256` alone: `plain` protects nothing that leaks the challenge. */
import { createHash, timingSafeEqual } from 'node:crypto'

/** §4.2: base64url of a SHA-256, which is always 43 characters. */
export function isCodeChallenge(value: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(value)
}

/** §4.1: 43 to 128 unreserved characters. */
export function isCodeVerifier(value: string): boolean {
  return /^[A-Za-z0-9._~-]{43,128}$/.test(value)
}

/** §4.6: whether the verifier is the one that the challenge was made of. */
export function verifierMatches(challenge: string, verifier: string): boolean {
  if (!isCodeChallenge(challenge) || !isCodeVerifier(verifier)) return false
  const computed = createHash('sha256').update(verifier, 'ascii').digest()
  const expected = Buffer.from(challenge, 'base64url')
  return computed.length === expected.length && timingSafeEqual(computed, expected)
}
