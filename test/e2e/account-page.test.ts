import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunningStack } from '../support/local-stack.ts'
import { app, appSecret, password, person, proofKey, query, startWith } from '../support/people.ts'
import { postForm } from '../support/token-request.ts'
import { allowAt, answerOf, signInAt, type Visit, type Visitor, visitor } from '../support/visitor.ts'

let stack: RunningStack
const { verifier, challenge } = proofKey()
const user = (username: string, typed = password) => ({ username, password: typed })

beforeAll(async () => {
  const names = ['ada', 'grace', 'edsger', 'barbara', 'donald', 'frances']
  const clients = [
    app({ client_id: 'web', client_name: 'Paper Trail' }),
    app({ client_id: 'zoo', client_name: 'Zoo <Keeper>' }),
  ]
  stack = await startWith({ users: names.map((name) => person(name)), clients })
})
afterAll(async () => {
  await stack?.stop()
})

const request = (client_id = 'web') =>
  `${stack.url}/oauth/authorize?${query({ response_type: 'code', client_id, scope: 'read', code_challenge: challenge, code_challenge_method: 'S256' })}`

const exchange = (code: string | undefined, client_id = 'web') =>
  token({ grant_type: 'authorization_code', code: code ?? '', code_verifier: verifier, client_id })

function token(form: Record<string, string>) {
  return postForm(`${stack.url}/oauth/token`, { client_secret: appSecret, ...form })
}

/** Allows an app, which gets its tokens. */
async function tokensFor(browser: Visitor, username: string, clientId = 'web') {
  const answer = await allowAt(browser, `${request(clientId)}&prompt=login`, user(username))
  const { body } = await exchange(answerOf(answer).code, clientId)
  return body as { readonly access_token: string; readonly refresh_token: string }
}

/** Whether an access token is alive, and the answer to its refresh token. */
async function aliveness(
  { access_token, refresh_token }: { access_token: string; refresh_token: string },
  client_id = 'web',
) {
  const credentials = { client_id, client_secret: appSecret }
  const { body } = await postForm(`${stack.url}/oauth/introspect`, { token: access_token, ...credentials })
  const refreshed = await token({ grant_type: 'refresh_token', refresh_token, client_id })
  return { active: (body as { active: boolean }).active, refresh: refreshed.status }
}

const appsOn = ({ text }: Visit) => [...text.matchAll(/class="app-name">([^<]*)</g)].map(([, name]) => name)
const done = (text: string) => `<div class="notice good" role="status"><p>${text}</p></div>`

async function act(browser: Visitor, fields: Record<string, string>): Promise<Visit> {
  const page = await browser.get('/oauth/account')
  const form_token = /name="form_token" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
  const answer = await browser.post('/oauth/account', { form_token, ...fields })
  return answer.location === undefined ? answer : browser.follow(answer)
}

const newPassword = 'a new and longer phrase'
const change = (different: Record<string, string> = {}) => ({
  action: 'password',
  'current-password': password,
  'new-password': newPassword,
  'repeat-password': newPassword,
  ...different,
})

test('asks whoever is not signed in to do so, and comes back', async () => {
  const browser = visitor(stack.url)
  const login = await browser.follow(await browser.get('/oauth/account'))
  expect(login.heading).toBe('Sign in')
  const account = await browser.submit(login, '/login', user('frances'))
  expect(await browser.follow(account)).toMatchObject({ status: 200, heading: 'Your account' })
})

describe('withdrawing an app’s access', () => {
  test('ends its access and refresh tokens at once, and no other app’s', async () => {
    const browser = visitor(stack.url)
    const web = await tokensFor(browser, 'ada')
    const zoo = await tokensFor(browser, 'ada', 'zoo')
    expect(appsOn(await browser.get('/oauth/account'))).toEqual(['Paper Trail', 'Zoo &lt;Keeper&gt;'])
    const page = await act(browser, { action: 'withdraw', client: 'web' })
    expect(page.text).toContain(done('The app has no access any more.'))
    expect(appsOn(page)).toEqual(['Zoo &lt;Keeper&gt;'])
    expect(await aliveness(web)).toEqual({ active: false, refresh: 400 })
    expect(await aliveness(zoo, 'zoo')).toEqual({ active: true, refresh: 200 })
  })

  test('voids a code that waits, and makes the app ask again', async () => {
    const browser = visitor(stack.url)
    const { code } = answerOf(await allowAt(browser, request(), user('grace')))
    await act(browser, { action: 'withdraw', client: 'web' })
    expect(await exchange(code)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(await browser.get(request())).toMatchObject({ heading: 'Allow Paper Trail to use your account?' })
    await sleep(1_100) // what is allowed in the second of the withdrawal counts as before it
    const again = await browser.submit(await browser.get(request()), '/consent', { decision: 'allow' })
    expect(await exchange(answerOf(again).code)).toMatchObject({ status: 200 })
  })

  test('of an app that was never allowed does nothing', async () => {
    const browser = visitor(stack.url)
    await signInAt(browser, request(), user('frances'))
    expect(appsOn(await act(browser, { action: 'withdraw', client: 'nobody' }))).toEqual([])
  })
})

describe('changing the password', () => {
  test('ends every other session and every token, and keeps this browser signed in', async () => {
    const [here, elsewhere] = [visitor(stack.url), visitor(stack.url)]
    const tokens = await tokensFor(elsewhere, 'edsger')
    await signInAt(here, request(), user('edsger'))
    const page = await act(here, change())
    expect(page.heading).toBe('Your account')
    expect(page.text).toContain(
      done('Your password is changed. Everything else is signed out, apps included.'),
    )
    expect((await elsewhere.get('/oauth/account')).location).toBe(`${stack.url}/oauth/login`)
    expect(await aliveness(tokens)).toEqual({ active: false, refresh: 400 })
    expect((await signInAt(visitor(stack.url), request(), user('edsger'))).status).toBe(400)
    expect((await signInAt(visitor(stack.url), request(), user('edsger', newPassword))).status).toBe(303)
  })

  test.each([
    [{ 'current-password': 'not it' }, 'current-password', 'The current password is wrong.'],
    [
      { 'new-password': 'short', 'repeat-password': 'short' },
      'new-password',
      'The new password needs at least 8 characters.',
    ],
    [
      { 'new-password': 'x'.repeat(257) },
      'new-password',
      'The new password may have at most 256 characters.',
    ],
    [{ 'repeat-password': 'something else' }, 'repeat-password', 'The two new passwords differ.'],
  ])('says what is wrong, at the field: %j', async (different, field, text) => {
    const browser = visitor(stack.url)
    await signInAt(browser, request(), user('barbara'))
    const page = await act(browser, change(different as Record<string, string>))
    expect(page.status).toBe(400)
    expect(page.text).toContain(`<a href="#${field}">${text}</a>`)
    expect(page.text).toContain(`<p class="field-error" id="${field}-error">${text}</p>`)
    expect((await signInAt(visitor(stack.url), request(), user('barbara'))).status).toBe(303)
  })

  test('cannot be used to guess the password: 429 after ten failures', async () => {
    const browser = visitor(stack.url)
    await signInAt(browser, request(), user('donald'))
    const wrong = () => act(browser, change({ 'current-password': 'not it' }))
    for (let failures = 0; failures < 10; failures += 1) expect((await wrong()).status).toBe(400)
    const answer = await wrong()
    expect(answer.status).toBe(429)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  })
})

test('signing out everywhere else ends other sessions, and no app’s access', async () => {
  const [here, elsewhere] = [visitor(stack.url), visitor(stack.url)]
  const tokens = await tokensFor(elsewhere, 'frances')
  await signInAt(here, request(), user('frances'))
  const page = await act(here, { action: 'everywhere' })
  expect(page.text).toContain(done('You are signed out everywhere else.'))
  expect((await elsewhere.get('/oauth/account')).location).toBe(`${stack.url}/oauth/login`)
  expect(await aliveness(tokens)).toEqual({ active: true, refresh: 200 })
})
