/** An upstream provider, as the pages see it. `provider.ts` is the real one, and loaded only where there is one. */
import type { EpochSeconds, Seconds } from '../../../shared/protocol/brands.ts'

/** What a sign-in has to show again when it comes back. */
export interface UpstreamChecks {
  readonly state: string
  readonly nonce: string
  /** PKCE (RFC 7636 §4.1). */
  readonly verifier: string
  /** How long ago the person may have signed in there, where the app insists; then the provider has to tell. */
  readonly maxAge: Seconds | undefined
}

/** What the person's request asked for, passed on where the provider can do it. */
export interface UpstreamHints {
  readonly prompt?: string
  readonly login_hint?: string
  readonly max_age: string
}

/** Who signed in, as the provider tells. */
export interface UpstreamIdentity {
  readonly issuer: string
  readonly subject: string
  readonly name?: string
  readonly email?: string
  readonly emailVerified?: boolean
}

export interface UpstreamSignIn {
  readonly identity: UpstreamIdentity
  /** When the person signed in there; nothing where the provider does not tell. */
  readonly authTime: EpochSeconds | undefined
}

export interface UpstreamProvider {
  /** Where the browser goes to sign in. */
  begin(redirectUri: string, checks: UpstreamChecks, hints: UpstreamHints): Promise<URL>
  /**
   * Who came back.
   *
   * @param callback the URL that the provider sent the browser to
   * @throws UpstreamFailure
   */
  finish(callback: URL, checks: UpstreamChecks): Promise<UpstreamSignIn>
}

/** The provider refused (and says so by an OAuth error code), or it cannot be relied on just now. */
export class UpstreamFailure extends Error {
  readonly code: string | undefined

  constructor(reason: string, code: string | undefined, cause: unknown) {
    super(reason, { cause })
    this.name = 'UpstreamFailure'
    this.code = code
  }
}

/** The provider took a sign-in from before for this one; `login_required` is what OpenID Connect calls that. */
export function signInTooOld(cause?: unknown): UpstreamFailure {
  return new UpstreamFailure('the sign-in at the provider is too old', 'login_required', cause)
}
