/** What a caller reads when an upstream has no answer for it. Why, only the log tells. */
import { invalidRequest, OAuthError, temporarilyUnavailable } from '../../../shared/protocol/errors.ts'

/** 502: it cannot be reached, may not be reached, or its answer is none (RFC 9110 §15.6.3). */
export function upstreamFailed(upstream: string, reason: string): OAuthError {
  return new OAuthError('server_error', 'The service behind this address gave no proper answer', {
    status: 502,
    reason: `upstream ${upstream}: ${reason}`,
  })
}

/** 504: the answer is not here in time (RFC 9110 §15.6.5). What was asked for may still have been done. */
export function upstreamTooSlow(upstream: string, seconds: number): OAuthError {
  return new OAuthError('temporarily_unavailable', 'The service behind this address did not answer in time', {
    status: 504,
    reason: `upstream ${upstream}: no answer within ${seconds} s`,
  })
}

/** 503: it is too busy, and has done nothing. */
export function upstreamBusy(upstream: string): OAuthError {
  return temporarilyUnavailable(1, new Error(`upstream ${upstream}: throttled`))
}

/** 413: API Gateway took the request, and the upstream cannot (RFC 9110 §15.5.14). */
export function requestTooLarge(): OAuthError {
  return invalidRequest('The request is too large', { status: 413 })
}

/** An error by its code where it has one: a message might quote what was sent or received. */
export function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'not an Error'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
