/**
 * Signing in with user name and password: what the login page and the password grant have in common.
 *
 * An unknown user and a wrong password take the same time and give the same answer. Guesses are counted for
 * each user name and source address, and for each source address; over the limit the answer is 429, before
 * any work is done. Nobody is locked out by a stranger, who has another address.
 */
import type { Config } from '../config/types.ts'
import { type EpochSeconds, seconds } from '../protocol/brands.ts'
import { sha256 } from '../protocol/hash.ts'
import { checkPassword, hashPassword, MAX_PASSWORD_LENGTH } from '../protocol/password.ts'
import { normaliseUsername } from '../protocol/username.ts'
import type { CountedAttempt, SignInAttempts } from '../stores/sign-in-attempts.ts'
import type { User, UserStore } from '../stores/users.ts'
import { log } from './log.ts'

export type SignInOutcome =
  | { readonly outcome: 'signed in'; readonly user: User }
  | { readonly outcome: 'refused'; readonly reason: string }
  | { readonly outcome: 'too many failures'; readonly retryAfterSeconds: number }

export interface SignInServices {
  readonly limits: Config['signIn']
  readonly users: Pick<UserStore, 'find' | 'rehash'>
  readonly attempts: SignInAttempts
}

/**
 * Checks a user name and a password.
 *
 * @param source the caller's address as `source.ts` gives it
 */
export async function signIn(
  typed: { readonly username: string; readonly password: string },
  source: string,
  now: EpochSeconds,
  { limits, users, attempts }: SignInServices,
): Promise<SignInOutcome> {
  const username = normaliseUsername(typed.username)
  const window = seconds(limits.windowSeconds)
  // The name is hashed: a person may type a password where the name belongs, and it would rest in plain text.
  const keys = [`user:${sha256(username ?? typed.username)}:${source}`, `source:${source}`]
  const counted = await Promise.all(keys.map((key) => attempts.count(key, now, window)))
  const limitsByKey = [limits.failuresPerUser, limits.failuresPerSource]
  const over = counted.find(({ attempts: made }, index) => made > (limitsByKey[index] ?? 0))
  if (over) return { outcome: 'too many failures', retryAfterSeconds: Math.max(1, over.windowEnd - now) }
  const user = username === undefined ? undefined : await users.find(username)
  if (typed.password.length > MAX_PASSWORD_LENGTH) return { outcome: 'refused', reason: 'password too long' }
  const { matches, needsRehash } = await checkPassword(typed.password, user?.passwordHash)
  if (!user) return { outcome: 'refused', reason: 'unknown user' }
  if (!matches)
    return { outcome: 'refused', reason: user.passwordHash ? 'wrong password' : 'user has no password' }
  await Promise.all([
    takeBack(counted, attempts),
    needsRehash ? rehash(user, typed.password, users) : undefined,
  ])
  return { outcome: 'signed in', user }
}

async function takeBack(counted: readonly CountedAttempt[], attempts: SignInAttempts): Promise<void> {
  await Promise.all(counted.map((attempt) => attempts.takeBack(attempt)))
}

/** A failure here changes nothing for the user; the next sign-in tries again. */
async function rehash(user: User, password: string, users: SignInServices['users']): Promise<void> {
  try {
    await users.rehash(user.username, user.passwordHash ?? '', await hashPassword(password))
  } catch (error) {
    log.warn('a password was not rehashed', { reason: error instanceof Error ? error.name : 'not an Error' })
  }
}
