/** The statements of BuildButler (B1) and Buddy (B2) about the authorization endpoint, each by its number. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunningStack } from '../support/local-stack.ts'
import { app, appSecret, password, person, query, startWith } from '../support/people.ts'
import { postForm } from '../support/token-request.ts'
import { allowAt, answerOf, type Visit, visitor } from '../support/visitor.ts'

const ada = { username: 'ada', password }
const brief = ({ status, location }: Visit) => ({ status, location })
const codeAt = (uri: string) =>
  expect.stringMatching(new RegExp(`^${uri.replaceAll('.', '\\.')}\\?code=[\\w-]{43}&`))

describe('BuildButler', () => {
  let stack: RunningStack
  beforeAll(async () => {
    const clients = [app({ client_id: 'jobs', scope: 'read:jobs read:builds' })]
    stack = await startWith({ users: [person('ada')], clients }, { PRESET: 'buildbutler' })
  })
  afterAll(async () => {
    await stack?.stop()
  })

  test.each(['read:jobs%20read:builds', 'read:jobs+read:builds', 'read%3Ajobs+read%3Abuilds'])(
    'B1.7 takes GET /oauth/authorize with scope=%s',
    async (scope) => {
      const redirectUri = 'https://app.example/callback'
      const url = `${stack.url}/oauth/authorize?client_id=jobs&redirect_uri=${redirectUri}&response_type=code&scope=${scope}&prompt=consent`
      const answer = await allowAt(visitor(stack.url), url, ada)
      expect(brief(answer)).toEqual({ status: 303, location: codeAt(redirectUri) })
      const tokens = await postForm(`${stack.url}/oauth/token`, {
        grant_type: 'authorization_code',
        code: answerOf(answer).code ?? '',
        redirect_uri: redirectUri,
        client_id: 'jobs',
        client_secret: appSecret,
      })
      expect(tokens).toMatchObject({ status: 200, body: { token_type: 'bearer', expires_in: 3600 } })
    },
  )
})

describe('Buddy', () => {
  let stack: RunningStack
  const callback = 'https://app.example/callback'

  beforeAll(async () => {
    const scope = 'REPOSITORY_READ USER_INFO'
    const clients = [
      app({ client_id: 'ci', scope, redirect_uris: [callback] }),
      app({ client_id: 'queried', scope, redirect_uris: [`${callback}?tenant=a%20b`] }),
      app({
        client_id: 'native',
        scope,
        redirect_uris: ['http://127.0.0.1/callback'],
        token_endpoint_auth_method: 'none',
      }),
      app({
        client_id: 'native-exact',
        scope,
        redirect_uris: ['http://127.0.0.1/callback'],
        redirect_match: 'exact',
        token_endpoint_auth_method: 'none',
      }),
    ]
    stack = await startWith({ users: [person('ada')], clients }, { PRESET: 'buddy' })
  })
  afterAll(async () => {
    await stack?.stop()
  })

  const request = (different: Record<string, string | undefined> = {}) =>
    `${stack.url}/oauth2/authorize?${query({
      type: 'web_server',
      client_id: 'ci',
      response_type: 'code',
      scope: 'REPOSITORY_READ USER_INFO',
      prompt: 'none',
      ...different,
    })}`
  /** Where an answer would go, without anybody signing in. */
  const answerTo = async (different: Record<string, string | undefined>) => {
    const answer = await visitor(stack.url).get(request(different))
    return { status: answer.status, uri: answer.location?.split(/[?&]error=/)[0] }
  }

  test.each([
    [{ type: undefined }, 'invalid_request', 'type must be web_server'],
    [{ type: 'user_agent' }, 'invalid_request', 'type must be web_server'],
    [{ response_type: undefined }, 'invalid_request', 'response_type is required'],
    [{ scope: undefined }, 'invalid_scope', 'scope is required'],
  ])('B2.2 requires type=web_server, response_type=code and scope: %j', async (different, error, text) => {
    expect(answerOf(await visitor(stack.url).get(request(different)))).toEqual({
      error,
      error_description: text,
      iss: stack.url,
    })
  })

  test('B2.2 requires client_id, and says so on a page', async () => {
    expect(brief(await visitor(stack.url).get(request({ client_id: undefined })))).toEqual({
      status: 400,
      location: undefined,
    })
  })

  test.each(['REPOSITORY_READ+USER_INFO', 'REPOSITORY_READ%20USER_INFO'])(
    'B2.3 divides scopes by + and by %%20: %s',
    async (scope) => {
      const url = `${stack.url}/oauth2/authorize?type=web_server&client_id=ci&response_type=code&prompt=consent&scope=${scope}`
      const browser = visitor(stack.url)
      await browser.submit(await browser.get(url), '/login', ada)
      const page = await browser.get(url)
      expect([...page.text.matchAll(/class="scope-name">(\w+)</g)].map(([, name]) => name)).toEqual([
        'REPOSITORY_READ',
        'USER_INFO',
      ])
    },
  )

  test('B2.4 uses the registered callback where redirect_uri is left out', async () => {
    expect(await answerTo({})).toEqual({ status: 303, uri: callback })
  })

  test.each([callback, `${callback}/`, `${callback}/deep/er`, 'HTTPS://App.Example:443/callback/x'])(
    'B2.4 takes the callback path and what is below it: %s',
    async (uri) => {
      expect(await answerTo({ redirect_uri: uri })).toEqual({ status: 303, uri: new URL(uri).href })
    },
  )

  test.each([
    'http://app.example/callback',
    'https://app.example:8443/callback',
    'https://evil.example/callback',
    'https://app.example.evil.example/callback',
    'https://app.example@evil.example/callback',
    'https://ada@app.example/callback',
    'https://@app.example/callback',
    'https://app.example/callbackX',
    'https://app.example/',
    'https://app.example/callback/../x',
    'https://app.example/callback/./x',
    'https://app.example/callback/%2e%2e/x',
    'https://app.example/callback/%2E%2E/x',
    'https://app.example/callback/.%2e/x',
    'https://app.example/callback%2fx',
    'https://app.example/callback/%5Cx',
    'https://app.example/callback/%252e%252e/x',
    'https://app.example/callback/%25252F',
    'https://app.example/callback/\\evil.example',
    'https://app.example\\@evil.example/callback',
    'https://app.example/callback#fragment',
    'https://app.example/callback#',
    'https://app.example/callback?x=1',
    'https://app.example/callback/a\r\nSet-Cookie: a=b',
    'https://app.example/callback/%0d%0aSet-Cookie:a=b',
    'https://app.example/callback/\u0000',
    'https://app.example/callback/%00',
    'https://app.example/callback/%2500',
    'https://app.example/callback/..;/x',
    'https://app.example/callback/%u002e%u002e/x',
    ' https://app.example/callback',
    'https://аpp.example/callback',
    '//app.example/callback',
    '/callback',
    'javascript:alert(1)//https://app.example/callback',
    'data:text/html,<script>alert(1)</script>',
  ])('B2.4 refuses on a page, and redirects nowhere: %j', async (uri) => {
    expect(await answerTo({ redirect_uri: uri })).toEqual({ status: 400, uri: undefined })
  })

  test('B2.4 keeps the registered query to the letter, and takes no other', async () => {
    const registered = `${callback}?tenant=a%20b`
    expect(await answerTo({ client_id: 'queried' })).toEqual({ status: 303, uri: registered })
    expect(await answerTo({ client_id: 'queried', redirect_uri: callback })).toMatchObject({ status: 400 })
    expect(await answerTo({ client_id: 'queried', redirect_uri: `${registered}&x=1` })).toMatchObject({
      status: 400,
    })
  })

  test('B2.4 lets only public clients in exact mode choose a loopback port (RFC 8252 §7.3)', async () => {
    const uri = 'http://127.0.0.1:49152/callback'
    expect(await answerTo({ client_id: 'native-exact', redirect_uri: uri })).toEqual({ status: 303, uri })
    expect(await answerTo({ client_id: 'native', redirect_uri: uri })).toMatchObject({ status: 400 })
  })

  test('B2.5 allows with a code and the same state', async () => {
    const state = 'ß & 1'
    const answer = await allowAt(visitor(stack.url), request({ prompt: 'consent', state }), ada)
    expect(brief(answer)).toEqual({ status: 303, location: codeAt(callback) })
    expect(answerOf(answer)).toEqual({ code: expect.any(String), state, iss: stack.url })
  })
})
