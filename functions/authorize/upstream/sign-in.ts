/** Signing in at the upstream provider: there, and back. */
import { randomBytes } from 'node:crypto'
import type { Config, UpstreamConfig } from '../../../shared/config/types.ts'
import { log } from '../../../shared/http/log.ts'
import { type PageAnswer, seeOther } from '../../../shared/http/pages/page.ts'
import { PageError } from '../../../shared/http/pages/page-error.ts'
import type { PageRequest } from '../../../shared/http/pages/page-request.ts'
import { invalidAuthorization } from '../../../shared/protocol/authorization-error.ts'
import {
  after,
  type EpochSeconds,
  epochSeconds,
  type Seconds,
  seconds,
} from '../../../shared/protocol/brands.ts'
import { endpointPath } from '../../../shared/protocol/endpoints.ts'
import { parseRequestParameters } from '../../../shared/protocol/request-parameters.ts'
import type { SymmetricKeys } from '../../../shared/tokens/symmetric-keys.ts'
import { afterSignIn } from '../after-sign-in.ts'
import type { Pending } from '../pending.ts'
import type { PageServices } from '../services.ts'
import { forgetPendingSignIn, keepPendingSignIn, readPendingSignIn } from './pending-sign-in.ts'
import { signInTooOld, UpstreamFailure, type UpstreamHints, type UpstreamProvider } from './upstream.ts'
import { type UpstreamAccount, upstreamUser } from './user.ts'

/** What a deployment with an upstream provider has beside the rest. */
export interface Upstream {
  readonly settings: UpstreamConfig
  readonly provider: UpstreamProvider
  readonly keys: () => Promise<SymmetricKeys>
  readonly account: UpstreamAccount
}

/** Sends the browser to the provider. */
export async function beginUpstream(
  request: PageRequest,
  pending: Pending | undefined,
  { settings, provider, keys }: Upstream,
  config: Config,
): Promise<PageAnswer> {
  const random = () => randomBytes(32).toString('base64url')
  const sessionEnd = seconds(config.session.absoluteSeconds)
  const maxAge = askedMaxAge(pending, sessionEnd)
  const checks = { state: random(), nonce: random(), verifier: random(), maxAge }
  const query = pending?.parameters.query
  const cookie = await keepPendingSignIn({ checks, query }, request, await keys())
  if (cookie === undefined)
    throw invalidAuthorization(`The request is too long to sign in with ${settings.name}`)
  try {
    const url = await provider.begin(
      callbackUrl(request, config),
      checks,
      hintsOf(pending, maxAge ?? sessionEnd),
    )
    return seeOther(url.href, [cookie])
  } catch (error) {
    throw plainly(error, settings, retryPath(request, query))
  }
}

/** Takes the browser back, signed in. */
export async function upstreamCallback(request: PageRequest, services: PageServices): Promise<PageAnswer> {
  const { upstream, config, users, sessions } = services
  if (!upstream) throw new PageError(404, 'There is nothing here', 'Check the address, or go back.')
  const { settings, provider, keys, account } = upstream
  const pending = await readPendingSignIn(request, await keys())
  if (!pending)
    throw new PageError(
      400,
      'Please sign in again',
      'This sign-in took too long, or it began in another browser.',
      { reason: 'no upstream sign-in is pending in this browser', retry: request.path('login') },
    )
  const { checks, query } = pending
  try {
    const callback = new URL(`${callbackUrl(request, config)}?${request.query.query}`)
    const { identity, authTime } = await provider.finish(callback, checks)
    const signedInAt = checkedAuthTime(authTime, request.now, seconds(config.session.absoluteSeconds))
    const user = await upstreamUser(identity, account, users, request.now)
    log.info('signed in upstream', { subject: user.subject })
    const next =
      query === undefined
        ? request.path('account')
        : `${request.path('authorize')}?${afterSignIn(parseRequestParameters(query)).query}`
    const cookies = await sessions.begin(user, request, signedInAt)
    return seeOther(next, [...cookies, forgetPendingSignIn(request)])
  } catch (error) {
    throw plainly(error, settings, retryPath(request, query))
  }
}

/** A provider's failure in words for the person; what else went wrong stays what it is. */
function plainly(error: unknown, { name }: UpstreamConfig, retry: string): unknown {
  if (!(error instanceof UpstreamFailure)) return error
  const { message: reason, code } = error
  if (code === undefined) {
    const text = `${name} does not answer as it should just now. Please try again in a moment.`
    return new PageError(502, `Signing in with ${name} did not work`, text, { reason, retry })
  }
  const text =
    code === 'access_denied'
      ? `${name} did not sign you in, because you or ${name} refused.`
      : code === 'login_required'
        ? `Your sign-in at ${name} is from before, and a new one is needed. Sign out there and try again.`
        : `${name} did not sign you in.`
  const detail = /^[\w.-]{1,60}$/.test(code) ? `${name}: ${code}` : name
  return new PageError(400, 'You are not signed in', text, { reason, retry, detail })
}

/** The redirect URI that is registered at the provider. */
function callbackUrl({ issuer }: PageRequest, { paths }: Config): string {
  return issuer + endpointPath(paths.prefix, 'callback')
}

function retryPath(request: PageRequest, query: string | undefined): string {
  return query === undefined ? request.path('login') : `${request.path('authorize')}?${query}`
}

/**
 * How old the sign-in there may be where the app insists: `prompt=login` is as good as `max_age=0`. Older than a
 * session may be, it is none for us.
 */
function askedMaxAge(pending: Pending | undefined, sessionEnd: Seconds): Seconds | undefined {
  const { prompts, maxAge } = pending?.authorization ?? {}
  if (prompts?.has('login')) return seconds(0)
  return maxAge === undefined ? undefined : seconds(Math.min(maxAge, sessionEnd))
}

/** When the session's user signed in; now where the provider does not tell, or has a clock that is ahead. */
function checkedAuthTime(
  authTime: EpochSeconds | undefined,
  now: EpochSeconds,
  sessionEnd: Seconds,
): EpochSeconds {
  if (authTime === undefined) return now
  if (after(authTime, sessionEnd) <= now) throw signInTooOld()
  return epochSeconds(Math.min(authTime, now))
}

/** What is asked of the sign-in here is asked of the one there: it is the same. */
function hintsOf(pending: Pending | undefined, maxAge: Seconds): UpstreamHints {
  // Asked for always, since a provider has to tell `auth_time` only then (OpenID Connect Core 1.0 §2).
  const max_age = String(maxAge)
  if (!pending) return { max_age }
  const { prompts, loginHint } = pending.authorization
  const passedOn = (['login', 'select_account'] as const).filter((prompt) => prompts.has(prompt))
  return {
    max_age,
    ...(passedOn.length > 0 ? { prompt: passedOn.join(' ') } : {}),
    ...(loginHint === undefined ? {} : { login_hint: loginHint }),
  }
}
