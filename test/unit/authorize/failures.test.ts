import { expect, test } from 'vitest'
import { PageError } from '../../../shared/http/pages/page-error.ts'
import { captureLog } from '../../support/log-lines.ts'
import { formToken, pages, password } from '../../support/pages.ts'
import { preset } from '../../support/presets.ts'
import { webClient, webRequest } from '../../support/web-client.ts'

const log = captureLog()
const failing = (name: string) => async () => {
  throw Object.assign(new Error('the table is at 10.0.0.1'), { name })
}

test('a failure before the redirect URI is proven is shown, and tells nothing of its cause', async () => {
  const { get } = pages(preset('default'), [], { clients: { find: failing('ThrottlingException') } })
  const { status, headers, text } = await get('authorize', webRequest())
  expect(status).toBe(503)
  expect(headers).toMatchObject({ 'Retry-After': '1', 'Content-Type': 'text/html; charset=utf-8' })
  expect(text).toContain('<h1>Busy just now</h1>')
  expect(text).not.toContain('10.0.0.1')
  expect(log.facts()).toEqual([
    expect.objectContaining({
      level: 'ERROR',
      status: 503,
      reason: 'ThrottlingException: the table is at 10.0.0.1',
    }),
  ])
})

test('a page of 500 and above is logged, once, with its reason', async () => {
  const find = async () => {
    throw new PageError(502, 'Not now', 'Please try again.', { reason: 'the provider is gone' })
  }
  const { get } = pages(preset('default'), [], { clients: { find } })
  const { status, text } = await get('authorize', webRequest())
  expect(status).toBe(502)
  expect(text).not.toContain('the provider is gone')
  expect(log.facts()).toEqual([
    expect.objectContaining({
      level: 'ERROR',
      message: 'request failed',
      status: 502,
      reason: 'the provider is gone',
    }),
  ])
})

test.each([
  ['ThrottlingException', 'temporarily_unavailable', 'This service is busy. Please try again'],
  ['Error', 'server_error', 'Something went wrong here. Please try again'],
])(
  'a failure (%s) after that goes back to the client as %s (RFC 6749 §4.1.2.1)',
  async (name, error, text) => {
    const { get, signIn } = pages(preset('default'), [webClient({ firstParty: true })], {
      codes: { create: failing(name) },
    })
    await signIn()
    const { status, headers } = await get('authorize', webRequest())
    expect(status).toBe(303)
    const { searchParams } = new URL(headers.Location ?? '')
    expect(Object.fromEntries(searchParams)).toEqual({
      error,
      error_description: text,
      state: 'xyz',
      iss: 'https://abc123.execute-api.eu-west-1.amazonaws.com/prod',
    })
  },
)

test('a form whose request was changed to a faulty one goes back to the client as that fault', async () => {
  const { get, post } = pages(preset('default'), [webClient()])
  const login = await get('authorize', webRequest())
  const { status, headers } = await post('login', {
    form_token: formToken(login),
    authorization_request: new URLSearchParams(webRequest({ scope: 'launch' })).toString(),
    username: 'ada',
    password,
  })
  expect(status).toBe(303)
  expect(Object.fromEntries(new URL(headers.Location ?? '').searchParams)).toMatchObject({
    error: 'invalid_scope',
    error_description: 'unknown scope: launch',
  })
})

test('a form whose request was changed to another redirect URI goes nowhere', async () => {
  const { get, post, signIn } = pages(preset('default'), [webClient()])
  await signIn()
  const consent = await get('authorize', webRequest())
  const { status, headers } = await post('consent', {
    form_token: formToken(consent),
    authorization_request: new URLSearchParams(
      webRequest({ redirect_uri: 'https://evil.example/' }),
    ).toString(),
    decision: 'allow',
  })
  expect({ status, location: headers.Location }).toEqual({ status: 400, location: undefined })
})

test('an unknown route is a page of 404', async () => {
  const { get } = pages(preset('default'), [])
  expect(await get('nowhere')).toMatchObject({
    status: 404,
    text: expect.stringContaining('There is nothing here'),
  })
})

test.each([
  ['another content type', { 'Content-Type': 'application/json' }, '{}', 415],
  ['more than 20,480 bytes', {}, `a=${'x'.repeat(20_480)}`, 413],
  ['more than 100 fields', {}, 'a=1&'.repeat(100), 400],
])('a form with %s is refused on a page', async (_, headers, body, status) => {
  const { postRaw } = pages(preset('default'), [])
  const answer = await postRaw('login', body, headers)
  expect({ status: answer.status, type: answer.headers['Content-Type'] }).toEqual({
    status,
    type: 'text/html; charset=utf-8',
  })
})
