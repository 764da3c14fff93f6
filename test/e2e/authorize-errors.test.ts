import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunningStack } from '../support/local-stack.ts'
import { app, proofKey, query, startWith } from '../support/people.ts'
import { answerOf, formsOf, type Visit, visitor } from '../support/visitor.ts'

let stack: RunningStack
const { challenge } = proofKey()

beforeAll(async () => {
  const clients = [
    app({ client_id: 'web' }),
    app({ client_id: 'machine', grant_types: ['client_credentials'], redirect_uris: [] }),
    app({ client_id: 'two', redirect_uris: ['https://app.example/one', 'https://app.example/two'] }),
  ]
  stack = await startWith({ users: [], clients })
})
afterAll(async () => {
  await stack?.stop()
})

/** A request without fault, with what a test wants different. */
function request(different: Record<string, string | undefined> = {}): string {
  const parameters = {
    response_type: 'code',
    client_id: 'web',
    redirect_uri: 'https://app.example/callback',
    scope: 'read',
    state: 'xyz',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...different,
  }
  return `${stack.url}/oauth/authorize?${query(parameters)}`
}

const redirect = ({ status, location }: Visit) => ({ status, location })

describe('faults that go back by redirect, with state and iss (RFC 6749 §4.1.2.1)', () => {
  test.each([
    [{ response_type: undefined }, 'invalid_request', 'response_type is required'],
    [{ response_type: 'token' }, 'unsupported_response_type', 'response_type must be code'],
    [{ response_type: 'code id_token' }, 'unsupported_response_type', 'response_type must be code'],
    [{ response_mode: 'fragment' }, 'invalid_request', 'response_mode must be one of query, form_post'],
    [{ scope: 'launch' }, 'invalid_scope', 'unknown scope: launch'],
    [{ scope: 'admin' }, 'invalid_scope', 'scope not registered for this client: admin'],
    [{ scope: 'réad' }, 'invalid_scope', 'scope has a character that no scope may have'],
    [
      { code_challenge: undefined, code_challenge_method: undefined },
      'invalid_request',
      'code_challenge is required',
    ],
    [{ code_challenge_method: 'plain' }, 'invalid_request', 'code_challenge_method must be S256'],
    [{ code_challenge_method: undefined }, 'invalid_request', 'code_challenge_method must be S256'],
    [
      { code_challenge: 'short' },
      'invalid_request',
      'code_challenge must be a SHA-256 in base64url: 43 characters',
    ],
    [{ prompt: 'none' }, 'login_required', 'The user has to sign in'],
    [{ prompt: 'none login' }, 'invalid_request', 'prompt none cannot be combined with others'],
    [{ prompt: 'create' }, 'invalid_request', 'prompt must be of none, login, consent, select_account'],
    [{ max_age: '-1' }, 'invalid_request', 'max_age must be a whole number of seconds'],
    [{ nonce: 'n'.repeat(513) }, 'invalid_request', 'nonce must not be longer than 512 characters'],
    [{ login_hint: 'a\u0000b' }, 'invalid_request', 'A parameter has a control character'],
    [{ request: 'e30.e30.' }, 'request_not_supported', 'request is not supported here'],
    [{ request_uri: 'urn:x' }, 'request_uri_not_supported', 'request_uri is not supported here'],
    [{ registration: '{}' }, 'registration_not_supported', 'registration is not supported here'],
  ])('%j: %s', async (different, error, description) => {
    const answer = await visitor(stack.url).get(request(different))
    expect(redirect(answer)).toEqual({
      status: 303,
      location: `https://app.example/callback?${query({ error, error_description: description, state: 'xyz', iss: stack.url }).replaceAll('+', '%20')}`,
    })
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  test('repeated parameters (RFC 6749 §3.1)', async () => {
    const answer = await visitor(stack.url).get(`${request()}&scope=write`)
    expect(answerOf(answer)).toEqual({
      error: 'invalid_request',
      error_description: 'scope must be given once',
      state: 'xyz',
      iss: stack.url,
    })
  })

  test('a repeated state is not sent back: nobody knows which was meant', async () => {
    const answer = await visitor(stack.url).get(`${request()}&state=abc`)
    expect(answerOf(answer)).toEqual({
      error: 'invalid_request',
      error_description: 'state must be given once',
      iss: stack.url,
    })
  })

  test('as a form, where the client wants answers so', async () => {
    const answer = await visitor(stack.url).get(request({ response_mode: 'form_post', scope: 'launch' }))
    expect(formsOf(answer.text)).toEqual([
      {
        action: 'https://app.example/callback',
        fields: {
          error: 'invalid_scope',
          error_description: 'unknown scope: launch',
          state: 'xyz',
          iss: stack.url,
        },
      },
    ])
  })
})

describe('faults that are shown and go nowhere, since no redirect URI is proven', () => {
  const unknown = 'This app is not known here'
  const broken = 'This link does not work'
  test.each([
    [{ client_id: undefined }, broken, 'invalid_request: client_id is required'],
    [{ client_id: 'nobody' }, unknown, 'invalid_request: there is no client of this client_id'],
    [
      { client_id: 'machine' },
      broken,
      'unauthorized_client: this client is not registered for authorization_code',
    ],
    [
      { redirect_uri: 'https://evil.example/' },
      broken,
      'invalid_request: redirect_uri is not registered for this client',
    ],
    [
      { client_id: 'two', redirect_uri: undefined },
      broken,
      'invalid_request: redirect_uri is required, since not exactly one is registered (RFC 6749 §3.1.2.3)',
    ],
    [{ state: 'x'.repeat(7_000) }, broken, 'invalid_request: the parameters are longer than 6144 characters'],
  ])('%j', async (different, heading, detail) => {
    const answer = await visitor(stack.url).get(request(different))
    expect({ ...redirect(answer), heading: answer.heading }).toEqual({
      status: 400,
      location: undefined,
      heading,
    })
    expect(answer.text).toContain(`<p class="detail">${detail}</p>`)
  })

  test.each(['client_id', 'redirect_uri'])('%s given twice', async (name) => {
    const value = new URL(request()).searchParams.get(name) ?? ''
    const answer = await visitor(stack.url).get(`${request()}&${query({ [name]: value })}`)
    expect(redirect(answer)).toEqual({ status: 400, location: undefined })
    expect(answer.text).toContain(`invalid_request: ${name} must be given once`)
  })
})
