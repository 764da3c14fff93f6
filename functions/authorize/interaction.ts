/** What a person has to do before the client gets its code. */
import type { Config } from '../../shared/config/types.ts'
import { AuthorizationError } from '../../shared/protocol/authorization-error.ts'
import type { AuthorizationRequest } from '../../shared/protocol/authorization-request.ts'
import { after, type EpochSeconds } from '../../shared/protocol/brands.ts'
import { isConfidential } from '../../shared/protocol/client.ts'
import { covers } from '../../shared/protocol/scope.ts'
import type { Consent } from '../../shared/stores/consents.ts'
import type { Session } from '../../shared/tokens/session-token.ts'

/**
 * Whether the person has to sign in, again or at all (OpenID Connect Core 1.0 §3.1.2.3).
 *
 * `select_account` is the login page too: a browser holds one session here, so to choose is to sign in.
 */
export function mustSignIn(
  { prompts, maxAge }: AuthorizationRequest,
  session: Session | undefined,
  now: EpochSeconds,
): boolean {
  if (!session || prompts.has('login') || prompts.has('select_account')) return true
  return maxAge !== undefined && after(session.authTime, maxAge) < now
}

/**
 * Whether the person has to be asked for consent (§3.1.2.4): not when they have allowed all of it before, nor
 * by an app of the operator's own, whom they trust with the data as it is.
 *
 * A public client that is reached on this device (loopback or a scheme of its own) may be another program in
 * its clothes, so each of its requests is asked about (RFC 8252 §8.6).
 */
export function mustConsent(
  { prompts, scope, target }: AuthorizationRequest,
  consent: Consent | undefined,
  { scopes }: Pick<Config, 'scopes'>,
): boolean {
  const { client, redirectUri } = target
  if (prompts.has('consent')) return true
  if (!isConfidential(client) && redirectUri.protocol !== 'https:') return true
  return !client.firstParty && !covers(consent?.scope ?? [], scope, scopes)
}

/** `prompt=none`: nobody may be asked, so what would be asked is the error. */
export function refuseInteraction(
  { prompts }: AuthorizationRequest,
  code: 'login_required' | 'consent_required',
): void {
  if (prompts.has('none'))
    throw new AuthorizationError(
      code,
      code === 'login_required' ? 'The user has to sign in' : 'The user has to give consent',
    )
}
