/** Errors of the authorization endpoint that go back to the client, by redirect. */

/** RFC 6749 §4.1.2.1, then OpenID Connect Core 1.0 §3.1.2.6. None is invented. */
export const authorizationErrorCodes = [
  'invalid_request',
  'unauthorized_client',
  'access_denied',
  'unsupported_response_type',
  'invalid_scope',
  'server_error',
  'temporarily_unavailable',
  'login_required',
  'consent_required',
  'interaction_required',
  'request_not_supported',
  'request_uri_not_supported',
  'registration_not_supported',
] as const

export type AuthorizationErrorCode = (typeof authorizationErrorCodes)[number]

/** A refusal whose redirect URI is proven; the endpoint alone turns it into an answer. */
export class AuthorizationError extends Error {
  readonly code: AuthorizationErrorCode
  readonly description: string

  constructor(code: AuthorizationErrorCode, description: string) {
    super(`${code}: ${description}`)
    this.name = 'AuthorizationError'
    this.code = code
    this.description = description
  }
}

/** §4.1.2.1: "missing a required parameter, includes an invalid parameter value, …". */
export const invalidAuthorization = (description: string): AuthorizationError =>
  new AuthorizationError('invalid_request', description)
