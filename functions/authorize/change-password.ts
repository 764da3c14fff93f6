import { log } from '../../shared/http/log.ts'
import type { PageRequest } from '../../shared/http/pages/page-request.ts'
import type { SignedIn } from '../../shared/http/sessions.ts'
import { signIn } from '../../shared/http/sign-in.ts'
import { fromMilliseconds } from '../../shared/protocol/brands.ts'
import { hashPassword, MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '../../shared/protocol/password.ts'
import type { User } from '../../shared/stores/users.ts'
import type { PasswordFault } from './pages/account.ts'
import { revokeAll } from './revoke-grants.ts'
import type { PageServices } from './services.ts'

/**
 * Changes a password. Whoever may have held the old one loses what it gave: every other session, every grant.
 *
 * The current password is asked for, so that an unattended browser is not enough; it counts as a sign-in, so
 * that it cannot be guessed here either.
 */
export async function changePassword(
  { form, source, now }: PageRequest,
  { user }: SignedIn,
  services: PageServices,
): Promise<{ readonly user: User } | { readonly fault: PasswordFault }> {
  const wanted = form.get('new-password') ?? ''
  if (wanted.length < MIN_PASSWORD_LENGTH)
    return fault('new-password', `The new password needs at least ${MIN_PASSWORD_LENGTH} characters.`)
  if (wanted.length > MAX_PASSWORD_LENGTH)
    return fault('new-password', `The new password may have at most ${MAX_PASSWORD_LENGTH} characters.`)
  if (wanted !== form.get('repeat-password')) return fault('repeat-password', 'The two new passwords differ.')
  const typed = { username: user.username, password: form.get('current-password') ?? '' }
  const result = await signIn(typed, await source(), now, services.signIn)
  if (result.outcome === 'too many failures') {
    const { retryAfterSeconds } = result
    const text = `Too many attempts. Try again in ${Math.ceil(retryAfterSeconds / 60)} minutes.`
    return { fault: { field: undefined, text, retryAfterSeconds } }
  }
  if (result.outcome === 'refused') {
    log.warn('password change refused', { subject: user.subject, reason: result.reason })
    return fault('current-password', 'The current password is wrong.')
  }
  const sessionVersion = await services.users.changePassword(user.username, await hashPassword(wanted))
  // Of this moment, not of the request's start: what was given since then goes too.
  await revokeAll(user, fromMilliseconds(Date.now()), services)
  log.info('password changed', { subject: user.subject })
  return { user: { ...user, sessionVersion } }
}

function fault(
  field: 'current-password' | 'new-password' | 'repeat-password',
  text: string,
): { readonly fault: PasswordFault } {
  return { fault: { field, text } }
}
