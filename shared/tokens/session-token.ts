/** Sessions as a browser keeps them: sealed, with an end after idleness and another one that no use puts off. */
import { after, type EpochSeconds, epochSeconds, seconds } from '../protocol/brands.ts'
import { seal, unseal } from './sealed-token.ts'
import type { SymmetricKeys } from './symmetric-keys.ts'

export interface Session {
  /** Random, new at each sign-in: forms are bound to it. */
  readonly id: string
  readonly username: string
  readonly subject: string
  /** The user's, when the session began; the session ends when the user's moves on. */
  readonly sessionVersion: number
  /** When the user signed in. */
  readonly authTime: EpochSeconds
}

export interface SessionLimits {
  readonly idleSeconds: number
  readonly absoluteSeconds: number
}

export interface SessionSeal {
  readonly issuer: string
  readonly keys: SymmetricKeys
  readonly limits: SessionLimits
}

/** Seals a session that was used at `now`. */
export async function sealSession(
  { id, username, subject, sessionVersion, authTime }: Session,
  { issuer, keys, limits }: SessionSeal,
  now: EpochSeconds,
): Promise<string> {
  const claims = { sid: id, sub: subject, username, ver: sessionVersion, auth_time: authTime }
  const expiresAt = Math.min(now + limits.idleSeconds, authTime + limits.absoluteSeconds)
  return seal(claims, { purpose: 'session', issuer, keys }, now, epochSeconds(expiresAt))
}

/** @returns nothing for what is no session of this issuer, or one that has ended */
export async function openSession(
  text: string,
  { issuer, keys, limits }: SessionSeal,
  now: EpochSeconds,
): Promise<Session | undefined> {
  const claims = await unseal(text, { purpose: 'session', issuer, keys }, now)
  if (!claims) return undefined
  const authTime = epochSeconds(Number(claims.auth_time))
  const lastUsed = epochSeconds(Number(claims.iat))
  // Asked again, since the limits may have been shortened after the session was sealed.
  if (after(lastUsed, seconds(limits.idleSeconds)) <= now) return undefined
  if (after(authTime, seconds(limits.absoluteSeconds)) <= now) return undefined
  return {
    id: String(claims.sid),
    username: String(claims.username),
    subject: String(claims.sub),
    sessionVersion: Number(claims.ver),
    authTime,
  }
}
