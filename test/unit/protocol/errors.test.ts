import { describe, expect, test } from 'vitest'
import {
  type ErrorCode,
  errorStatus,
  insufficientScope,
  invalidClient,
  invalidGrant,
  invalidRequest,
  invalidScope,
  invalidToken,
  OAuthError,
  serverError,
  temporarilyUnavailable,
  tooManyRequests,
  unauthorizedClient,
  unsupportedGrantType,
} from '../../../shared/protocol/errors.ts'

const codes: Record<ErrorCode, number> = {
  invalid_request: 400,
  invalid_client: 401,
  invalid_grant: 400,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  invalid_scope: 400,
  invalid_token: 401,
  insufficient_scope: 403,
  server_error: 500,
  temporarily_unavailable: 503,
}

test('there are no codes but those of the RFCs, each with its status (RFC 6749 §5.2)', () => {
  expect(errorStatus).toEqual(codes)
})

describe('each error has a public text and a text for the log', () => {
  const down = new TypeError('connect ECONNREFUSED 10.0.0.1')
  test.each([
    {
      error: invalidRequest('scope must be given once'),
      code: 'invalid_request',
      status: 400,
      description: 'scope must be given once',
      reason: 'scope must be given once',
      headers: {},
    },
    {
      error: invalidRequest('Too long', { status: 413, reason: '30000 bytes' }),
      code: 'invalid_request',
      status: 413,
      description: 'Too long',
      reason: '30000 bytes',
      headers: {},
    },
    {
      error: invalidClient('unknown client'),
      code: 'invalid_client',
      status: 401,
      description: 'Client authentication failed',
      reason: 'unknown client',
      headers: { 'WWW-Authenticate': 'Basic realm="oauth", charset="UTF-8"' },
    },
    {
      error: invalidGrant('code used twice'),
      code: 'invalid_grant',
      status: 400,
      description: 'The grant is invalid, expired, revoked or not for this client',
      reason: 'code used twice',
      headers: {},
    },
    {
      error: unauthorizedClient('Not this one'),
      code: 'unauthorized_client',
      status: 400,
      description: 'Not this one',
      reason: 'Not this one',
      headers: {},
    },
    {
      error: unauthorizedClient('Not this one', 'blocked by the operator'),
      code: 'unauthorized_client',
      status: 400,
      description: 'Not this one',
      reason: 'blocked by the operator',
      headers: {},
    },
    {
      error: unsupportedGrantType(),
      code: 'unsupported_grant_type',
      status: 400,
      description: 'This grant type is not offered here',
      reason: 'This grant type is not offered here',
      headers: {},
    },
    {
      error: invalidScope('unknown scope: x'),
      code: 'invalid_scope',
      status: 400,
      description: 'unknown scope: x',
      reason: 'unknown scope: x',
      headers: {},
    },
    {
      error: invalidToken('the user is gone'),
      code: 'invalid_token',
      status: 401,
      description: 'The access token is missing, expired or not valid',
      reason: 'the user is gone',
      headers: { 'WWW-Authenticate': 'Bearer realm="oauth", error="invalid_token"' },
    },
    {
      error: insufficientScope(['openid', 'email']),
      code: 'insufficient_scope',
      status: 403,
      description: 'This needs the scope openid email',
      reason: 'This needs the scope openid email',
      headers: {
        'WWW-Authenticate': 'Bearer realm="oauth", error="insufficient_scope", scope="openid email"',
      },
    },
    {
      error: serverError(down),
      code: 'server_error',
      status: 500,
      description: 'Something went wrong here. Please try again',
      reason: 'TypeError: connect ECONNREFUSED 10.0.0.1',
      headers: {},
    },
    {
      error: serverError('a text'),
      code: 'server_error',
      status: 500,
      description: 'Something went wrong here. Please try again',
      reason: 'not an Error',
      headers: {},
    },
    {
      error: temporarilyUnavailable(7, down),
      code: 'temporarily_unavailable',
      status: 503,
      description: 'This service is busy. Please try again',
      reason: 'TypeError: connect ECONNREFUSED 10.0.0.1',
      headers: { 'Retry-After': '7' },
    },
    {
      error: tooManyRequests({ 'Retry-After': '12' }),
      code: 'temporarily_unavailable',
      status: 429,
      description: 'Too many requests',
      reason: 'Too many requests',
      headers: { 'Retry-After': '12' },
    },
  ])('$code: $reason', ({ error, code, status, description, reason, headers }) => {
    const { name, message, code: c, status: s, description: d, reason: r, headers: h } = error
    expect({ name, message, code: c, status: s, description: d, reason: r, headers: h }).toEqual({
      name: 'OAuthError',
      message: `${code}: ${reason}`,
      code,
      status,
      description,
      reason,
      headers,
    })
  })

  test('a failure keeps what caused it', () => {
    expect([serverError(down).cause, temporarilyUnavailable(1, down).cause]).toEqual([down, down])
  })
})

describe('an error with more headers', () => {
  const cause = new Error('why')
  const error = new OAuthError('invalid_request', 'public', {
    reason: 'private',
    status: 413,
    cause,
    headers: { 'X-A': '1', 'X-B': '1' },
  })

  test('is the same in all else, and its new headers win', () => {
    const {
      message,
      code,
      status,
      description,
      reason,
      headers,
      cause: kept,
    } = error.with({ 'X-B': '2', 'X-C': '2' })
    expect({ message, code, status, description, reason, headers, cause: kept }).toEqual({
      message: 'invalid_request: private',
      code: 'invalid_request',
      status: 413,
      description: 'public',
      reason: 'private',
      headers: { 'X-A': '1', 'X-B': '2', 'X-C': '2' },
      cause,
    })
  })
  test('leaves the first one as it was', () => {
    error.with({ 'X-B': '2' })
    expect(error.headers).toEqual({ 'X-A': '1', 'X-B': '1' })
  })
})
