import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunningStack } from '../support/local-stack.ts'
import { app, appSecret, person, proofKey, query, startWith } from '../support/people.ts'
import { postForm } from '../support/token-request.ts'
import { allowAt, answerOf, formsOf, signInAt, visitor } from '../support/visitor.ts'

let stack: RunningStack
const ada = person('ada')
const { verifier, challenge } = proofKey()

beforeAll(async () => {
  const clients = [
    app({ client_id: 'web' }),
    app({ client_id: 'first-party', first_party: true }),
    app({
      client_id: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['http://127.0.0.1/callback'],
    }),
  ]
  stack = await startWith({ users: [ada, person('grace', 'Grace')], clients })
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

describe('a whole authorization', () => {
  test('gives a code, state and iss for which the client gets tokens (RFC 6749 §4.1, RFC 7636, RFC 9207)', async () => {
    const answer = await allowAt(visitor(stack.url), request({ scope: 'read write' }), ada)
    expect(answer.status).toBe(303)
    expect(answer.location).toMatch(/^https:\/\/app\.example\/callback\?code=/)
    const { code, ...others } = answerOf(answer)
    expect(code).toMatch(/^[\w-]{43}$/)
    expect(others).toEqual({ state: 'xyz', iss: stack.url })
    const tokens = await postForm(`${stack.url}/oauth/token`, {
      grant_type: 'authorization_code',
      code: code ?? '',
      redirect_uri: 'https://app.example/callback',
      code_verifier: verifier,
      client_id: 'web',
      client_secret: appSecret,
    })
    expect(tokens).toMatchObject({
      status: 200,
      body: {
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 3600,
        refresh_token: expect.any(String),
      },
    })
  })

  test('asks no consent for what was allowed before, nor for less', async () => {
    const grace = visitor(stack.url)
    await allowAt(grace, request({ scope: 'read write' }), person('grace'))
    for (const scope of ['read', 'read write']) {
      const again = await grace.get(request({ scope, state: 'again' }))
      expect(again.status).toBe(303)
      expect(answerOf(again)).toEqual({ code: expect.any(String), state: 'again', iss: stack.url })
    }
  })

  test('asks no consent for an app of the operator’s own', async () => {
    const browser = visitor(stack.url)
    const signedIn = await signInAt(browser, request({ client_id: 'first-party' }), ada)
    expect(answerOf(await browser.follow(signedIn))).toEqual({
      code: expect.any(String),
      state: 'xyz',
      iss: stack.url,
    })
  })

  test('always asks for a public app on this device, which another program may pretend to be (RFC 8252 §8.6)', async () => {
    const url = request({ client_id: 'native', redirect_uri: 'http://127.0.0.1:49152/callback' })
    const browser = visitor(stack.url)
    const answer = await allowAt(browser, url, ada)
    expect(answer.location).toMatch(/^http:\/\/127\.0\.0\.1:49152\/callback\?code=/)
    expect(await browser.get(url)).toMatchObject({
      status: 200,
      heading: 'Allow Paper Trail to use your account?',
    })
  })

  test('is asked by POST too (OpenID Connect Core 1.0 §3.1.2.1)', async () => {
    const parameters = Object.fromEntries(new URL(request()).searchParams)
    const browser = visitor(stack.url)
    const answer = await browser.post('/oauth/authorize', parameters)
    expect(answer.status).toBe(303)
    expect(await browser.follow(answer)).toMatchObject({ status: 200, heading: 'Sign in' })
  })

  test('is answered by a form that the browser posts (OAuth 2.0 Form Post Response Mode)', async () => {
    const answer = await allowAt(
      visitor(stack.url),
      request({ response_mode: 'form_post', prompt: 'consent' }),
      ada,
    )
    expect(answer.status).toBe(200)
    expect(formsOf(answer.text)).toEqual([
      {
        action: 'https://app.example/callback',
        fields: { code: expect.stringMatching(/^[\w-]{43}$/), state: 'xyz', iss: stack.url },
      },
    ])
    expect(answer.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'self'; img-src data:; script-src 'self'; frame-ancestors 'none'; base-uri 'none'$/,
    )
  })

  test('runs no inline script: the one there is has an address of its own', async () => {
    const answer = await allowAt(
      visitor(stack.url),
      request({ response_mode: 'form_post', prompt: 'consent' }),
      ada,
    )
    const scripts = [...answer.text.matchAll(/<script\b[^>]*>[^<]*/g)].map(([element]) => element)
    expect(scripts).toEqual(['<script src="/oauth/form-post.js">'])
    const script = await visitor(stack.url).get('/oauth/form-post.js')
    expect(script).toMatchObject({ status: 200, text: 'document.forms[0].submit()\n' })
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
  })

  test('brings a state of any alphabet, and a very long one, back unchanged', async () => {
    const browser = visitor(stack.url)
    for (const state of ['Grüße, 世界 🌍 + & = % # "', 'x'.repeat(4_000)]) {
      const answer = await browser.get(request({ state, prompt: 'none' }))
      expect(answerOf(answer)).toEqual({
        error: 'login_required',
        error_description: 'The user has to sign in',
        state,
        iss: stack.url,
      })
    }
  })
})
