import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { grantFunctions } from '../../../functions/token/grant-functions.ts'
import { connectLambda, invokeGrant } from '../../../functions/token/invoke-grant.ts'
import { tokenRouter } from '../../../functions/token/router.ts'
import { formEvent, jsonEvent, lambdaContext } from '../../support/api-gateway-event.ts'
import { captureLog } from '../../support/log-lines.ts'
import { loopbackServer, type ServerAnswer } from '../../support/loopback-server.ts'
import { preset } from '../../support/presets.ts'
import { errorResponse, read } from '../../support/responses.ts'

vi.mock(import('node:timers/promises'), async (original) => ({
  ...(await original()),
  setTimeout: vi.fn(async () => undefined) as never,
}))

const log = captureLog()
const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:Scrip-ClientCredentials:live'
const anyArn = 'arn:aws:lambda:eu-west-1:123456789012:function:Scrip-Password:live'
const result = {
  statusCode: 200,
  headers: { 'Cache-Control': 'no-store', 'X-Any': 'thing' },
  multiValueHeaders: { 'Set-Cookie': ['a', 'b'] },
  body: '{"access_token":"t"}',
}
const ok: ServerAnswer = { status: 200, body: JSON.stringify(result) }
const failed = (payload: string): ServerAnswer => ({
  status: 200,
  headers: { 'x-amz-function-error': 'Unhandled' },
  body: payload,
})
const error = (status: number, name: string): ServerAnswer => ({
  status,
  headers: { 'x-amzn-errortype': name, 'content-type': 'application/json' },
  body: JSON.stringify({ Message: 'Rate Exceeded.', Type: 'User' }),
})
const throttle = error(429, 'TooManyRequestsException')

let answers: ServerAnswer[] = []
let lambda: Awaited<ReturnType<typeof loopbackServer>>
beforeEach(async () => {
  vi.mocked(sleep).mockClear()
  lambda = await loopbackServer(() => answers.shift() ?? { status: 500 })
  vi.stubEnv('AWS_ENDPOINT_URL_LAMBDA', lambda.url)
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await lambda.close()
})

const request = { grant_type: 'client_credentials', client_id: 'machine' }
async function route(event: ReturnType<typeof formEvent>, ...given: ServerAnswer[]) {
  answers = given
  const client = connectLambda()
  const functions = new Map([
    ['password', anyArn],
    ['client_credentials', arn],
  ])
  const handler = tokenRouter(functions, (...request) => invokeGrant(client, ...request))
  return handler(event, lambdaContext)
}
const busy = errorResponse(503, 'temporarily_unavailable', 'This service is busy. Please try again', {
  'Retry-After': '1',
})
const broken = errorResponse(500, 'server_error', 'Something went wrong here. Please try again')

describe('the router hands a request to its grant', () => {
  test.each([
    { what: 'a form', event: formEvent(request) },
    { what: 'JSON beyond ASCII', event: jsonEvent({ ...request, scope: 'é€😀' }) },
    { what: 'bytes in base64', event: formEvent(request, { binary: true }) },
    {
      what: 'headers in any case, some twice',
      event: formEvent(request, {
        headers: [
          ['AUTHORIZATION', 'Basic a'],
          ['authorization', 'Basic b'],
          ['x-Forwarded-For', '192.0.2.1'],
        ],
        query: { a: '1' },
      }),
    },
  ])('byte for byte: $what', async ({ event }) => {
    const text = JSON.stringify(event)
    expect(await route(event, ok)).toEqual(result)
    expect(
      lambda.requests.map(({ method, url, body }) => ({ method, path: decodeURIComponent(url), body })),
    ).toEqual([{ method: 'POST', path: `/2015-03-31/functions/${arn}/invocations`, body: text }])
  })

  test('and gives back its answer as it is, an error too', async () => {
    const refusal = {
      statusCode: 401,
      headers: { 'WWW-Authenticate': 'Basic' },
      body: '{"error":"invalid_client"}',
    }
    expect(await route(formEvent(request), { status: 200, body: JSON.stringify(refusal) })).toEqual(refusal)
  })
})

describe('a throttled invocation, where nothing ran', () => {
  test('is tried again three times, after growing pauses', async () => {
    expect(await route(formEvent(request), throttle, throttle, throttle, ok)).toEqual(result)
    expect(vi.mocked(sleep).mock.calls).toEqual([[50], [150], [400]])
    expect(lambda.requests.length).toBe(4)
  })
  test('is 503 after that', async () => {
    expect(read(await route(formEvent(request), throttle, throttle, throttle, throttle, ok))).toEqual(busy)
    expect(lambda.requests.length).toBe(4)
  })
})

describe('anything else that fails is not tried again: a code may be consumed already', () => {
  test.each([
    {
      what: 'the function crashed',
      answer: failed('{"errorMessage":"hush, at /var/task/index.mjs"}'),
      response: broken,
    },
    {
      what: 'the function timed out',
      answer: failed('{"errorMessage":"Task timed out after 10.00 seconds"}'),
      response: broken,
    },
    { what: 'Lambda failed', answer: error(500, 'ServiceException'), response: busy },
    { what: 'Lambda refused', answer: error(403, 'AccessDeniedException'), response: broken },
    { what: 'the function is gone', answer: error(404, 'ResourceNotFoundException'), response: broken },
    { what: 'the answer is nothing', answer: { status: 200, body: 'null' }, response: broken },
    { what: 'the answer is empty', answer: { status: 200, body: '' }, response: broken },
    { what: 'the answer is no response', answer: { status: 200, body: '{"hush":1}' }, response: broken },
    { what: 'the answer is no JSON', answer: { status: 200, body: 'hush' }, response: broken },
  ])('$what', async ({ answer, response }) => {
    expect(read(await route(formEvent(request), answer, ok))).toEqual(response)
    expect(lambda.requests.length).toBe(1)
    expect(log.facts()).toEqual([expect.objectContaining({ level: 'ERROR', status: response.status })])
    expect(log.text()).not.toContain('hush')
  })
})

describe('a request for no grant of this deployment is handed to one all the same, which counts who asked', () => {
  const refusal = { statusCode: 400, headers: {}, body: '{"error":"any"}' }
  test.each([
    ...['magic', 'constructor', '__proto__', 'toString', 'CLIENT_CREDENTIALS', arn].map((grant_type) => ({
      what: grant_type,
      event: formEvent({ grant_type }),
    })),
    { what: 'no grant_type', event: formEvent({ scope: 'read' }) },
    { what: 'grant_type in the URL alone', event: formEvent({}, { query: request }) },
    { what: 'a body that is no JSON', event: jsonEvent('{') },
    { what: 'JSON that is no object', event: jsonEvent('null') },
    { what: 'a list as grant_type', event: jsonEvent({ grant_type: ['client_credentials'] }) },
  ])('$what', async ({ event }) => {
    const given = { status: 200, body: JSON.stringify(refusal) }
    expect(await route(event, given)).toEqual(refusal)
    expect(lambda.requests.map(({ url, body }) => [decodeURIComponent(url), body])).toEqual([
      [`/2015-03-31/functions/${anyArn}/invocations`, JSON.stringify(event)],
    ])
  })
})

test.each([
  { what: 'text', binary: false },
  { what: 'bytes in base64', binary: true },
])(
  'of a body that every grant refuses for its size no more is handed on than shows that: $what',
  async ({ binary }) => {
    const event = formEvent({ ...request, a: 'x'.repeat(1_000_000) }, { binary })
    await route(event, ok)
    const handed = JSON.parse(lambda.requests[0]?.body ?? '') as typeof event
    const sent = Buffer.from(event.body ?? '', binary ? 'base64' : 'utf8')
    expect(handed).toEqual({
      ...event,
      body: sent.subarray(0, 20_481).toString('base64'),
      isBase64Encoded: true,
    })
  },
)

describe('which function serves which grant', () => {
  test('follows from configuration and environment', () => {
    expect(grantFunctions(preset('buildr'), { GRANT_FUNCTION_CLIENT_CREDENTIALS: arn })).toEqual(
      new Map([['client_credentials', arn]]),
    )
  })
  test('must be told by the stack', () => {
    expect(() => grantFunctions(preset('buildr'), {})).toThrow(
      new Error('environment variable GRANT_FUNCTION_CLIENT_CREDENTIALS is not set'),
    )
  })
})
