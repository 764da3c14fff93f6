/** From anything thrown to the OAuth error that the caller reads. */
import { invalidRequest, OAuthError, serverError, temporarilyUnavailable } from '../protocol/errors.ts'
import { SecretMissing } from '../stores/cached-secret.ts'

/** What AWS calls it when it has too much to do, or did not answer; the same request may pass a second later. */
const transient = new Set([
  'InternalServerError',
  'InternalServiceError',
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ServiceException',
  'ThrottlingException',
  'TimeoutError',
  'TooManyRequestsException',
])

/** What the network says when a service cannot be reached at all, after the SDK's own retries. */
const unreachable = new Set(['ECONNREFUSED', 'ECONNRESET', 'EAI_AGAIN', 'ENOTFOUND', 'EPIPE', 'ETIMEDOUT'])

const RETRY_AFTER_SECONDS = 1

/** Whether an AWS call failed in a way that passes by itself. */
export function isTransient(error: unknown): boolean {
  if (error instanceof SecretMissing) return true
  if (!(error instanceof Error)) return false
  return transient.has(error.name) || ('code' in error && unreachable.has(String(error.code)))
}

export function toOAuthError(error: unknown): OAuthError {
  if (error instanceof OAuthError) return error
  if (isUnparsableBody(error)) return invalidRequest('The body is not valid JSON')
  if (isTransient(error)) return temporarilyUnavailable(RETRY_AFTER_SECONDS, error)
  return serverError(error)
}

/** middy's body parsers throw an error with `cause.package` and a 4xx `statusCode`. */
function isUnparsableBody(error: unknown): boolean {
  if (!(error instanceof Error) || !('statusCode' in error)) return false
  const { cause, statusCode } = error
  const isParsers = typeof cause === 'object' && cause !== null && 'package' in cause
  return isParsers && typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500
}
