/** Verified JWTs, remembered: a signature costs more than all else that a check does in memory. */
import { sha256 } from '../protocol/hash.ts'
import { type Clock, memory } from '../stores/memory.ts'
import { type VerifiedAccessToken, verifyAccessToken } from '../tokens/verify-access-token.ts'

const REMEMBERED_TOKENS = 2_000

/**
 * `verifyAccessToken` with a bounded memory by the token's SHA-256. Only good tokens are remembered, so that
 * junk pushes out nothing; whether a token was revoked is asked elsewhere, and every time.
 */
export function rememberedVerification(clock: Clock = Date.now): typeof verifyAccessToken {
  const verified = memory<VerifiedAccessToken>(REMEMBERED_TOKENS, clock)
  return async (text, keys, issuer, now) => {
    const hash = sha256(text)
    const known = verified.get(hash)
    if (known && isStillGood(known)) return known
    const token = await verifyAccessToken(text, keys, issuer, now)
    if (token) verified.set(hash, token, token.expiresAt * 1000 - clock())
    return token

    /** When a key is published no more, what it signed is no longer good. */
    function isStillGood({ kid, expiresAt, issuer: issued }: VerifiedAccessToken): boolean {
      return keys.keys.some((key) => key.kid === kid) && expiresAt > now && issued === issuer
    }
  }
}
