/**
 * The headers that tell a caller of its rate limit, and the name under which the authorizer hands each to API
 * Gateway, whose own answers carry them too.
 */
export const rateContextNames = {
  'X-RateLimit-Limit': 'rateLimit',
  'X-RateLimit-Remaining': 'rateRemaining',
  'X-RateLimit-Reset': 'rateReset',
  RateLimit: 'rateLimitField',
  'RateLimit-Policy': 'rateLimitPolicy',
} as const

export type RateHeader = keyof typeof rateContextNames

/** Under which the authorizer says when to try again (`Retry-After`), where API Gateway refuses who it let in. */
export const RETRY_AFTER_CONTEXT_NAME = 'retryAfter'

/** Under which the authorizer says how to authenticate (`WWW-Authenticate`, RFC 6750 §3). */
export const CHALLENGE_CONTEXT_NAME = 'challenge'
