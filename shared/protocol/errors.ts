/**
 * OAuth errors, RFC 6749 §5.2 and the RFCs that add to it.
 *
 * Two texts are kept apart: `description` goes to the caller (`error_description`), `reason` goes to the
 * log alone. Where a reason would help a stranger guess, the description stays the same for all of them.
 */

/** Every error code Scrip answers with, and its status. No code or status is invented. */
export const errorStatus = {
  invalid_request: 400,
  invalid_client: 401,
  invalid_grant: 400,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  invalid_scope: 400,
  /** RFC 6750 §3.1, at endpoints that take an access token. */
  invalid_token: 401,
  insufficient_scope: 403,
  /** RFC 6749 §4.1.2.1 names these two for the authorization endpoint; elsewhere they tell as much. */
  server_error: 500,
  temporarily_unavailable: 503,
} as const

export type ErrorCode = keyof typeof errorStatus

export interface ErrorOptions {
  /** For the log only; the description when left out. */
  readonly reason?: string
  /** In place of the status that the code has, where HTTP has one that says more (413, 415, 429). */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** In place of OAuth's own JSON, where a deployment wants its API to answer otherwise. */
  readonly body?: unknown
  readonly cause?: unknown
}

/** An answer that is an error: thrown anywhere below the HTTP edge, which alone turns it into a response. */
export class OAuthError extends Error {
  readonly code: ErrorCode
  readonly description: string
  readonly reason: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown

  constructor(code: ErrorCode, description: string, options: ErrorOptions = {}) {
    super(`${code}: ${options.reason ?? description}`, {
      cause: options.cause,
    })
    this.name = 'OAuthError'
    this.code = code
    this.description = description
    this.reason = options.reason ?? description
    this.status = options.status ?? errorStatus[code]
    this.headers = options.headers ?? {}
    this.body = options.body
  }

  /** The same error with more headers. */
  with(headers: Readonly<Record<string, string>>): OAuthError {
    const { reason, status, body, cause } = this
    return new OAuthError(this.code, this.description, {
      reason,
      status,
      body,
      cause,
      headers: { ...this.headers, ...headers },
    })
  }
}

/** A parameter is missing, repeated or malformed, or credentials came in two ways at once (§5.2). */
export function invalidRequest(description: string, options?: ErrorOptions): OAuthError {
  return new OAuthError('invalid_request', description, options)
}

/**
 * Client authentication failed (§5.2). The caller reads the same sentence whatever the reason, so that
 * nobody learns which client ids exist.
 */
export function invalidClient(reason: string): OAuthError {
  return new OAuthError('invalid_client', 'Client authentication failed', {
    reason,
    // §5.2 demands it of a client that tried the header, and HTTP of every 401 (RFC 9110 §15.5.2).
    headers: { 'WWW-Authenticate': 'Basic realm="oauth", charset="UTF-8"' },
  })
}

/** The code, refresh token or password is not good (§5.2); the same sentence for every reason. */
export function invalidGrant(reason: string): OAuthError {
  return new OAuthError('invalid_grant', 'The grant is invalid, expired, revoked or not for this client', {
    reason,
  })
}

/** The authenticated client may not use this grant (§5.2). */
export function unauthorizedClient(description: string, reason?: string): OAuthError {
  return new OAuthError('unauthorized_client', description, reason === undefined ? {} : { reason })
}

/** This deployment does not offer the grant (§5.2). */
export function unsupportedGrantType(): OAuthError {
  return new OAuthError('unsupported_grant_type', 'This grant type is not offered here')
}

/** The requested scope is unknown, malformed or more than the client may have (§5.2). */
export function invalidScope(description: string): OAuthError {
  return new OAuthError('invalid_scope', description)
}

/** What a caller reads whatever is wrong with its access token. */
export const invalidTokenDescription = 'The access token is missing, expired or not valid'

/**
 * The access token is missing, malformed, expired or revoked (RFC 6750 §3.1); the same answer for all of them.
 *
 * @param unauthorizedBody what the deployment answers instead of OAuth's JSON
 */
export function invalidToken(reason: string, unauthorizedBody?: unknown): OAuthError {
  return new OAuthError('invalid_token', invalidTokenDescription, {
    reason,
    body: unauthorizedBody,
    headers: { 'WWW-Authenticate': 'Bearer realm="oauth", error="invalid_token"' },
  })
}

/** The access token is good, and does not reach as far as this (RFC 6750 §3.1). */
export function insufficientScope(needed: readonly string[]): OAuthError {
  const scope = needed.join(' ')
  return new OAuthError('insufficient_scope', `This needs the scope ${scope}`, {
    headers: { 'WWW-Authenticate': `Bearer realm="oauth", error="insufficient_scope", scope="${scope}"` },
  })
}

/** A failure of our own. The caller reads one sentence; the cause is for the log. */
export function serverError(cause: unknown): OAuthError {
  return new OAuthError('server_error', 'Something went wrong here. Please try again', {
    reason: cause instanceof Error ? `${cause.name}: ${cause.message}` : 'not an Error',
    cause,
  })
}

/** A dependency is busy or gone; the caller may try again after `retryAfterSeconds`. */
export function temporarilyUnavailable(retryAfterSeconds: number, cause: unknown): OAuthError {
  return new OAuthError('temporarily_unavailable', 'This service is busy. Please try again', {
    reason: cause instanceof Error ? `${cause.name}: ${cause.message}` : 'not an Error',
    headers: { 'Retry-After': String(retryAfterSeconds) },
    cause,
  })
}

/** The subject has used up its rate tier in this window (RFC 6585 §4). */
export function tooManyRequests(headers: Readonly<Record<string, string>>): OAuthError {
  return new OAuthError('temporarily_unavailable', 'Too many requests', {
    status: 429,
    headers,
  })
}
