import { describe, expect, test } from 'vitest'
import { toResponse } from '../../../shared/http/answer.ts'
import { endpoint } from '../../../shared/http/endpoint.ts'
import { log as appLog } from '../../../shared/http/log.ts'
import { invalidScope, OAuthError } from '../../../shared/protocol/errors.ts'
import { apiGatewayEvent, lambdaContext, REQUEST_ID } from '../../support/api-gateway-event.ts'
import { captureLog } from '../../support/log-lines.ts'
import { errorResponse, noStoreJson, read } from '../../support/responses.ts'

const log = captureLog()
const failing = (error: unknown) =>
  endpoint([], async () => {
    throw error
  })

describe('an endpoint', () => {
  test('sees header names in lower case, two spellings of one name as one header given twice', async () => {
    const echo = endpoint([], async ({ headers, multiValueHeaders }) =>
      toResponse({ status: 200, body: { headers, multiValueHeaders } }),
    )
    const event = apiGatewayEvent({
      headers: [
        ['Authorization', 'Basic a'],
        ['X-Forwarded-For', '192.0.2.1'],
        ['authorization', 'Basic b'],
      ],
    })
    expect(read(await echo(event, lambdaContext)).body).toEqual({
      headers: { authorization: 'Basic b', 'x-forwarded-for': '192.0.2.1' },
      multiValueHeaders: { authorization: ['Basic a', 'Basic b'], 'x-forwarded-for': ['192.0.2.1'] },
    })
  })

  test('takes a request without any header, which API Gateway tells as null', async () => {
    const echo = endpoint([], async ({ headers }) => toResponse({ status: 200, body: headers }))
    expect(read(await echo(apiGatewayEvent(), lambdaContext))).toEqual({
      status: 200,
      headers: noStoreJson,
      body: {},
    })
  })

  test('keeps the event as it came, whatever a middleware does to its copy', async () => {
    const event = apiGatewayEvent({ headers: [['X-A', '1']], body: 'b' })
    const before = structuredClone(event)
    const meddle = endpoint(
      [
        {
          before: (request) => {
            request.event.body = 'other'
            request.event.headers['x-a'] = '2'
          },
        },
      ],
      async ({ body, original }) => toResponse({ status: 200, body: { body, original } }),
    )
    expect(read(await meddle(event, lambdaContext)).body).toEqual({ body: 'other', original: before })
    expect(event).toEqual(before)
  })

  test('sets its own headers over the defaults', async () => {
    const open = endpoint([], async () =>
      toResponse({ status: 200, headers: { 'Cache-Control': 'public' }, body: 1 }),
    )
    expect(read(await open(apiGatewayEvent(), lambdaContext)).headers).toEqual({
      ...noStoreJson,
      'Cache-Control': 'public',
    })
  })
})

describe('what is thrown', () => {
  const rows = [
    {
      what: 'an OAuth error',
      error: invalidScope('unknown scope: x'),
      response: errorResponse(400, 'invalid_scope', 'unknown scope: x'),
      fact: {
        level: 'WARN',
        message: 'request refused',
        error: 'invalid_scope',
        status: 400,
        reason: 'unknown scope: x',
      },
    },
    {
      what: 'an error with a text for the log alone',
      error: new OAuthError('invalid_grant', 'public', { reason: 'private', headers: { 'X-A': '1' } }),
      response: errorResponse(400, 'invalid_grant', 'public', { 'X-A': '1' }),
      fact: {
        level: 'WARN',
        message: 'request refused',
        error: 'invalid_grant',
        status: 400,
        reason: 'private',
      },
    },
    {
      what: 'a failure of our own',
      error: new TypeError('cannot read tokens of undefined'),
      response: errorResponse(500, 'server_error', 'Something went wrong here. Please try again'),
      fact: {
        level: 'ERROR',
        message: 'request failed',
        error: 'server_error',
        status: 500,
        reason: 'TypeError: cannot read tokens of undefined',
      },
    },
    {
      what: 'no error at all',
      error: 'a text',
      response: errorResponse(500, 'server_error', 'Something went wrong here. Please try again'),
      fact: {
        level: 'ERROR',
        message: 'request failed',
        error: 'server_error',
        status: 500,
        reason: 'not an Error',
      },
    },
    {
      what: 'a throttled service',
      error: Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' }),
      response: errorResponse(503, 'temporarily_unavailable', 'This service is busy. Please try again', {
        'Retry-After': '1',
      }),
      fact: {
        level: 'ERROR',
        message: 'request failed',
        error: 'temporarily_unavailable',
        status: 503,
        reason: 'ThrottlingException: Rate exceeded',
      },
    },
  ]
  test.each(rows)(
    '$what becomes OAuth’s JSON, and one line in the log',
    async ({ error, response, fact }) => {
      expect(read(await failing(error)(apiGatewayEvent(), lambdaContext))).toEqual(response)
      expect(log.facts()).toEqual([fact])
      expect(JSON.parse(log.text())).toMatchObject({
        request_id: REQUEST_ID,
        function_request_id: lambdaContext.awsRequestId,
      })
    },
  )

  // RFC 6749 §5.2: error_description is %x20-21 / %x23-5B / %x5D-7E.
  test.each([
    { description: 'a "b" \\ é\n', expected: 'a ?b? ? ??' },
    { description: 'x'.repeat(300), expected: 'x'.repeat(200) },
    { description: '<script>', expected: '<script>' },
  ])('a description of $description.length characters is made to fit the grammar', async (row) => {
    const { body } = read(await failing(invalidScope(row.description))(apiGatewayEvent(), lambdaContext))
    expect(body).toEqual({ error: 'invalid_scope', error_description: row.expected })
  })

  test('of one request leaves nothing in the log lines of the next', async () => {
    const first = endpoint([], async () => {
      appLog.appendKeys({ client_id: 'first-client' })
      throw invalidScope('first')
    })
    await first(apiGatewayEvent(), lambdaContext)
    await failing(invalidScope('second'))(apiGatewayEvent(), { ...lambdaContext, awsRequestId: 'second-id' })
    const [before, after, ...more] = log.text().trim().split('\n')
    expect(JSON.parse(before ?? '')).toMatchObject({ reason: 'first', client_id: 'first-client' })
    expect(JSON.parse(after ?? '')).toMatchObject({ reason: 'second', function_request_id: 'second-id' })
    expect(after).not.toContain('first')
    expect(more).toEqual([])
  })
})
