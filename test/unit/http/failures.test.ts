import { describe, expect, test } from 'vitest'
import { isTransient, toOAuthError } from '../../../shared/http/failures.ts'
import { invalidGrant } from '../../../shared/protocol/errors.ts'
import { SecretMissing } from '../../../shared/stores/cached-secret.ts'
import { oauthError } from '../../support/errors.ts'

const named = (name: string, more: object = {}) =>
  Object.assign(new Error('details of ours'), { name, ...more })
/** As middy's body parsers throw it. */
const parserError = (cause: unknown, statusCode = 422) =>
  Object.assign(new Error('Invalid', { cause }), { name: 'UnprocessableEntityError', statusCode })
const busy = 'This service is busy. Please try again'
const wrong = 'Something went wrong here. Please try again'

test('an OAuth error is what it is', () => {
  const error = invalidGrant('used twice')
  expect(toOAuthError(error)).toBe(error)
})

describe('what passes by itself is 503 with Retry-After', () => {
  test.each([
    'InternalServerError',
    'InternalServiceError',
    'LimitExceededException',
    'ProvisionedThroughputExceededException',
    'RequestLimitExceeded',
    'ServiceException',
    'ThrottlingException',
    'TimeoutError',
    'TooManyRequestsException',
  ])('%s', (name) => {
    const error = named(name)
    expect(isTransient(error)).toBe(true)
    expect(toOAuthError(error)).toEqual(
      expect.objectContaining({
        ...oauthErrorFields('temporarily_unavailable', busy, `${name}: details of ours`),
        status: 503,
        headers: { 'Retry-After': '1' },
        cause: error,
      }),
    )
  })
  test.each(['ECONNREFUSED', 'ECONNRESET', 'EAI_AGAIN', 'ENOTFOUND', 'EPIPE', 'ETIMEDOUT'])(
    'a service that cannot be reached: %s',
    (code) => {
      expect(toOAuthError(named('Error', { code }))).toEqual(
        expect.objectContaining({
          ...oauthErrorFields('temporarily_unavailable', busy, 'Error: details of ours'),
          status: 503,
          headers: { 'Retry-After': '1' },
        }),
      )
    },
  )
  test('a secret that has no value yet: the deployment is not finished', () => {
    expect(toOAuthError(new SecretMissing('signing-keys'))).toEqual(
      oauthError('temporarily_unavailable', busy, 'SecretMissing: the secret signing-keys has no value yet'),
    )
  })
})

describe('anything else is 500, without detail', () => {
  test.each([
    { error: named('AccessDeniedException'), reason: 'AccessDeniedException: details of ours' },
    { error: named('ResourceNotFoundException'), reason: 'ResourceNotFoundException: details of ours' },
    {
      error: named('ConditionalCheckFailedException'),
      reason: 'ConditionalCheckFailedException: details of ours',
    },
    { error: new TypeError('x is not a function'), reason: 'TypeError: x is not a function' },
    // Not the parsers' own error: a status alone says nothing about whose fault it is.
    { error: named('Error', { statusCode: 422 }), reason: 'Error: details of ours' },
    { error: parserError('text'), reason: 'UnprocessableEntityError: Invalid' },
    { error: parserError({ package: '@middy/x' }, 500), reason: 'UnprocessableEntityError: Invalid' },
    { error: 'ThrottlingException', reason: 'not an Error' },
    { error: { name: 'ThrottlingException' }, reason: 'not an Error' },
    { error: null, reason: 'not an Error' },
    { error: undefined, reason: 'not an Error' },
  ])('$reason', ({ error, reason }) => {
    expect(isTransient(error)).toBe(false)
    expect(toOAuthError(error)).toEqual(
      expect.objectContaining({
        ...oauthErrorFields('server_error', wrong, reason),
        status: 500,
        headers: {},
      }),
    )
  })
})

test('a body that middy’s parsers refuse is the caller’s fault, and nothing of it is kept', () => {
  const data = '{"client_secret":"hush'
  const error = toOAuthError(parserError({ package: '@middy/http-json-body-parser', data }))
  expect(error).toEqual(
    expect.objectContaining({
      ...oauthErrorFields('invalid_request', 'The body is not valid JSON'),
      status: 400,
      cause: undefined,
    }),
  )
  expect(JSON.stringify(error)).not.toContain('hush')
})

function oauthErrorFields(code: string, description: string, reason = description) {
  return { name: 'OAuthError', code, description, reason }
}
