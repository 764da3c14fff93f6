import { randomUUID } from 'node:crypto'
import type { EpochSeconds } from '../../../shared/protocol/brands.ts'
import { type User, type UserStore, upstreamUsername } from '../../../shared/stores/users.ts'
import type { UpstreamIdentity } from './upstream.ts'

/** Where its users belong, and how the account is opened that they belong to. */
export interface UpstreamAccount {
  readonly id: string | undefined
  /** Opens the account on its tier unless it exists; nothing where the configuration names no tier. */
  readonly open: (() => Promise<unknown>) | undefined
}

/**
 * The user that an identity is, made at the first sign-in and told anew at each. Identities are never linked by
 * e-mail address: another provider, or the same one later, could say the same of somebody else.
 */
export async function upstreamUser(
  { issuer, subject, ...profile }: UpstreamIdentity,
  account: UpstreamAccount,
  users: Pick<UserStore, 'find' | 'create' | 'tellProfile'>,
  now: EpochSeconds,
): Promise<User> {
  const username = upstreamUsername(issuer, subject)
  const known = await users.find(username)
  if (known) {
    const { name, email, emailVerified } = profile
    const isSame = known.name === name && known.email === email && known.emailVerified === emailVerified
    if (!isSame) await users.tellProfile(username, profile)
    return { ...known, ...profile }
  }
  await account.open?.()
  const user: User = {
    username,
    subject: randomUUID(),
    sessionVersion: 1,
    createdAt: now,
    ...profile,
    ...(account.id === undefined ? {} : { account: account.id }),
  }
  if ((await users.create(user)) === 'created') return user
  // Two first sign-ins at once: the other one was faster.
  const made = await users.find(username)
  if (!made) throw new Error('a user exists and cannot be read')
  return made
}
