import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DemoClient, type RunningStack, startStack } from '../support/local-stack.ts'
import { basic, getJson, post, postForm, postJson, type TokenAnswer } from '../support/token-request.ts'

let stack: RunningStack
let client: DemoClient

beforeAll(async () => {
  stack = await startStack({})
  const [demo] = stack.demo().clients
  if (!demo) throw new Error('the demo data has no client')
  client = demo
})
afterAll(async () => {
  await stack?.stop()
})

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' }
const JSON_BODY = { 'Content-Type': 'application/json' }
const urls = [
  { url: 'the token endpoint', path: '/oauth/token' },
  { url: 'the grant’s own URL', path: '/oauth/token/client_credentials' },
]
const refusal = (error: string, error_description: string) => ({ error, error_description })
const brief = ({ status, body }: TokenAnswer) => ({ status, body })

/** No answer tells how the service is built. */
function expectNothingInternal({ body }: TokenAnswer): void {
  expect(JSON.stringify(body)).not.toMatch(
    /at .+:\d+:\d+|Exception|arn:|Table|Secret[A-Z]|dynamodb|lambda|node_modules/i,
  )
}

describe.each(urls)('$url', ({ path }) => {
  const send = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string>) =>
    post(stack.url + path, body, headers)
  const withCredentials = (form: Record<string, string>) =>
    postForm(
      stack.url + path,
      { grant_type: 'client_credentials', ...form },
      { Authorization: basic(client) },
    )

  test('answers where the client stands in its rate tier', async () => {
    const { status, headers } = await withCredentials({})
    expect(status).toBe(200)
    expect(headers.get('x-ratelimit-limit')).toBe('600')
    expect(Number(headers.get('x-ratelimit-remaining'))).toBeLessThan(600)
    expect(Number(headers.get('x-ratelimit-reset'))).toBeGreaterThan(Date.now() / 1000 - 1)
  })

  test('grants the default scope when none is requested, and says so (RFC 6749 §3.3)', async () => {
    expect(brief(await withCredentials({}))).toEqual({
      status: 200,
      body: { access_token: expect.any(String), token_type: 'Bearer', expires_in: 3600, scope: 'read' },
    })
  })

  test('serves several requests at once', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => withCredentials({ scope: 'read' })))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 200))
    expect(new Set(answers.map(({ body }) => (body as { access_token: string }).access_token)).size).toBe(12)
  })

  test.each([
    {
      case: 'a scope that is unknown, by its name',
      form: { scope: 'read launch' },
      status: 400,
      body: refusal('invalid_scope', 'unknown scope: launch'),
    },
    {
      case: 'a scope that is about a person',
      form: { scope: 'openid' },
      status: 400,
      body: refusal('invalid_scope', 'unknown scope: openid'),
    },
    {
      case: 'a scope with a character that none may have',
      form: { scope: 'read "write"' },
      status: 400,
      body: refusal('invalid_scope', 'scope has a character that no scope may have'),
    },
    {
      case: 'credentials in both places',
      form: { client_secret: 'x' },
      status: 400,
      body: refusal(
        'invalid_request',
        'Client credentials must come in the Authorization header or in the body, not in both',
      ),
    },
    {
      case: 'another client in the body',
      form: { client_id: 'other' },
      status: 400,
      body: refusal('invalid_request', 'client_id differs from the one in the Authorization header'),
    },
  ])('refuses $case', async ({ form, status, body }) => {
    const answer = await withCredentials(form)
    expect(brief(answer)).toEqual({ status, body })
    expectNothingInternal(answer)
  })

  test.each([
    { grant: 'an unknown grant', form: { grant_type: 'magic' } },
    { grant: 'a grant that is not offered', form: { grant_type: 'password' } },
    { grant: 'a grant named as a method of every object', form: { grant_type: 'constructor' } },
    { grant: 'a grant named __proto__', form: { grant_type: '__proto__' } },
  ])('answers $grant with unsupported_grant_type', async ({ form }) => {
    const answer = await withCredentials(form)
    expect(brief(answer)).toEqual({
      status: 400,
      body: refusal('unsupported_grant_type', 'This grant type is not offered here'),
    })
    expect(answer.headers.get('x-ratelimit-remaining')).toMatch(/^\d+$/)
  })

  test('answers an unknown client and a wrong secret alike: 401, one body', async () => {
    const wrong = { ...client, client_secret: 'w'.repeat(43) }
    const unknown = { client_id: 'nobody', client_secret: client.client_secret }
    for (const credentials of [wrong, unknown]) {
      const answer = await postForm(
        stack.url + path,
        { grant_type: 'client_credentials' },
        { Authorization: basic(credentials) },
      )
      expect(brief(answer)).toEqual({
        status: 401,
        body: refusal('invalid_client', 'Client authentication failed'),
      })
      expect(answer.headers.get('www-authenticate')).toBe('Basic realm="oauth", charset="UTF-8"')
      expect(answer.headers.get('cache-control')).toBe('no-store')
    }
  })

  const long = 'x'.repeat(20_480)
  test.each([
    { case: 'no body', body: '', headers: FORM, status: 400, description: 'grant_type is required' },
    { case: 'no grant_type', body: 'a=b', headers: FORM, status: 400, description: 'grant_type is required' },
    {
      case: 'an empty grant_type',
      body: 'grant_type=',
      headers: FORM,
      status: 400,
      description: 'grant_type is required',
    },
    {
      case: 'a repeated parameter',
      body: 'grant_type=client_credentials&grant_type=client_credentials',
      headers: FORM,
      status: 400,
      description: 'grant_type must be given once',
    },
    {
      case: 'more fields than can be told apart',
      body: `grant_type=client_credentials${'&a=1'.repeat(1_500)}`,
      headers: FORM,
      status: 400,
      description: 'The form has more than 100 fields',
    },
    {
      case: 'JSON null',
      body: 'null',
      headers: JSON_BODY,
      status: 400,
      description: 'The body must be a form or a JSON object',
    },
    {
      case: 'a JSON array',
      body: '[]',
      headers: JSON_BODY,
      status: 400,
      description: 'The body must be a form or a JSON object',
    },
    {
      case: 'a JSON string',
      body: '"a=b"',
      headers: JSON_BODY,
      status: 400,
      description: 'The body must be a form or a JSON object',
    },
    {
      case: 'a number as a value',
      body: '{"grant_type":1}',
      headers: JSON_BODY,
      status: 400,
      description: 'grant_type must be a text',
    },
    {
      case: 'a list as a value',
      body: '{"grant_type":["client_credentials"]}',
      headers: JSON_BODY,
      status: 400,
      description: 'grant_type must be given once',
    },
    {
      case: 'an empty JSON body',
      body: '',
      headers: JSON_BODY,
      status: 400,
      description: 'The body is not valid JSON',
    },
    {
      case: '__proto__ in JSON',
      body: '{"__proto__":{"a":"b"}}',
      headers: JSON_BODY,
      status: 400,
      description: 'The body is not valid JSON',
    },
    {
      case: 'a foreign content type',
      body: '<a/>',
      headers: { 'Content-Type': 'text/xml' },
      status: 415,
      description: 'Content-Type must be application/x-www-form-urlencoded or application/json',
    },
    {
      case: 'a byte too many',
      body: `a=${long.slice(1)}`,
      headers: FORM,
      status: 413,
      description: 'The body is longer than 20480 bytes',
    },
  ])('refuses $case as invalid_request', async ({ body, headers, status, description }) => {
    const answer = await send(body, headers)
    expect(brief(answer)).toEqual({ status, body: refusal('invalid_request', description) })
    expect(answer.headers.get('x-ratelimit-remaining')).toMatch(/^\d+$/)
    expectNothingInternal(answer)
  })

  test('takes a body of 20,480 bytes', async () => {
    const start = `grant_type=client_credentials&client_id=${client.client_id}&client_secret=${client.client_secret}&a=`
    const answer = await send(start + 'x'.repeat(20_480 - start.length), FORM)
    expect(answer.status).toBe(200)
  })

  test('takes no credentials from the URL (RFC 6749 §2.3.1)', async () => {
    const answer = await postForm(`${stack.url}${path}?client_secret=${client.client_secret}`, {
      grant_type: 'client_credentials',
      client_id: client.client_id,
    })
    expect(brief(answer)).toEqual({
      status: 400,
      body: refusal('invalid_request', 'client_secret must come in the body, not in the URL'),
    })
  })

  test('takes the content type in any case, with parameters', async () => {
    const { status } = await postJson(
      stack.url + path,
      { grant_type: 'client_credentials', client_id: client.client_id, client_secret: client.client_secret },
      { 'Content-Type': 'Application/JSON; charset=UTF-8' },
    )
    expect(status).toBe(200)
  })
})

test('a path or method that does not exist is 404 in OAuth’s JSON', async () => {
  expect(brief(await getJson(`${stack.url}/nowhere`))).toEqual({
    status: 404,
    body: refusal('invalid_request', 'There is nothing here'),
  })
  expect(brief(await getJson(`${stack.url}/oauth/token`))).toEqual({
    status: 404,
    body: refusal('invalid_request', 'There is nothing here'),
  })
})

test('the health check says ok', async () => {
  expect(brief(await getJson(`${stack.url}/health`))).toEqual({ status: 200, body: { status: 'ok' } })
})
