import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunningStack } from '../support/local-stack.ts'
import { app, password, person, proofKey, query, startWith } from '../support/people.ts'
import { allowAt, answerOf, signInAt, type Visit, visitor } from '../support/visitor.ts'

let stack: RunningStack
const { challenge } = proofKey()
const user = (username: string) => ({ username, password })

beforeAll(async () => {
  const names = ['ada', 'grace', 'edsger', 'barbara', 'donald', 'frances', 'guesser']
  const clients = [app({ client_id: 'web' }), app({ client_id: 'other' })]
  stack = await startWith({ users: names.map((name) => person(name)), clients })
})
afterAll(async () => {
  await stack?.stop()
})

function request(different: Record<string, string | undefined> = {}): string {
  const parameters = {
    response_type: 'code',
    client_id: 'web',
    scope: 'read',
    state: 'xyz',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...different,
  }
  return `${stack.url}/oauth/authorize?${query(parameters)}`
}

const brief = ({ status, heading, location }: Visit) => ({ status, heading, location })
const forged = { status: 403, heading: 'Please try again', location: undefined }
const SESSION = 'scrip-session'
const FORM = 'scrip-form'

describe('prompt and max_age (OpenID Connect Core 1.0 §3.1.2.1)', () => {
  test('prompt=none answers by redirect what a person would have to do', async () => {
    const browser = visitor(stack.url)
    const none = async () => answerOf(await browser.get(request({ prompt: 'none' })))
    const answer = (error: string, error_description: string) => ({
      error,
      error_description,
      state: 'xyz',
      iss: stack.url,
    })
    expect(await none()).toEqual(answer('login_required', 'The user has to sign in'))
    const consent = await browser.follow(await signInAt(browser, request(), user('ada')))
    expect(await none()).toEqual(answer('consent_required', 'The user has to give consent'))
    await browser.submit(consent, '/consent', { decision: 'allow' })
    expect(await none()).toEqual({ code: expect.any(String), state: 'xyz', iss: stack.url })
  })

  test.each(['login', 'select_account'])('prompt=%s asks to sign in again, once', async (prompt) => {
    const browser = visitor(stack.url)
    await allowAt(browser, request(), user('grace'))
    const again = await signInAt(browser, request({ prompt }), user('grace'))
    expect(answerOf(await browser.follow(again))).toEqual({
      code: expect.any(String),
      state: 'xyz',
      iss: stack.url,
    })
  })

  test('prompt=consent asks for consent again', async () => {
    const browser = visitor(stack.url)
    await allowAt(browser, request(), user('grace'))
    expect(brief(await browser.get(request({ prompt: 'consent' })))).toEqual({
      status: 200,
      heading: 'Allow Paper Trail to use your account?',
      location: undefined,
    })
  })

  test('max_age asks whoever signed in longer ago, once', async () => {
    const browser = visitor(stack.url)
    await allowAt(browser, request(), user('grace'))
    expect((await browser.get(request({ max_age: '60' }))).status).toBe(303)
    await sleep(1_100)
    const again = await signInAt(browser, request({ max_age: '0' }), user('grace'))
    expect(answerOf(await browser.follow(again))).toMatchObject({ code: expect.any(String) })
  })

  test('login_hint is in the user name’s field, as text', async () => {
    const page = await visitor(stack.url).get(request({ login_hint: '"><b>ada' }))
    expect(page.text).toContain('name="username" value="&quot;&gt;&lt;b&gt;ada"')
  })
})

describe('refusing', () => {
  test('on the consent page is access_denied, with the same state (B2.5)', async () => {
    const browser = visitor(stack.url)
    const consent = await browser.follow(await signInAt(browser, request(), user('edsger')))
    const answer = await browser.submit(consent, '/consent', { decision: 'refuse' })
    expect(answerOf(answer)).toEqual({
      error: 'access_denied',
      error_description: 'The user refused',
      state: 'xyz',
      iss: stack.url,
    })
  })

  test('is possible without signing in', async () => {
    const browser = visitor(stack.url)
    const answer = await browser.submit(await browser.get(request()), '/login', { decision: 'refuse' })
    expect(answerOf(answer)).toMatchObject({ error: 'access_denied', state: 'xyz' })
  })
})

describe('forms that another site could send', () => {
  test.each([
    { fault: 'no cookie', change: (jar: Map<string, string>) => jar.delete(FORM), headers: {} },
    {
      fault: 'another browser’s cookie',
      change: (jar: Map<string, string>) => jar.set(FORM, 'A'.repeat(43)),
      headers: {},
    },
    { fault: 'another Origin', change: () => {}, headers: { Origin: 'https://evil.example' } },
    { fault: 'an opaque Origin', change: () => {}, headers: { Origin: 'null' } },
    { fault: 'another Sec-Fetch-Site', change: () => {}, headers: { 'Sec-Fetch-Site': 'cross-site' } },
  ])('a login with $fault is refused, and nobody is signed in', async ({ change, headers }) => {
    const browser = visitor(stack.url)
    const page = await browser.get(request())
    const token = /name="form_token" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
    change(browser.cookies)
    const answer = await browser.post('/oauth/login', { form_token: token, ...user('ada') }, headers)
    expect(brief(answer)).toEqual(forged)
    expect(browser.cookies.has(SESSION)).toBe(false)
  })

  test('a login without token is refused', async () => {
    const browser = visitor(stack.url)
    await browser.get(request())
    expect(brief(await browser.post('/oauth/login', user('ada')))).toEqual(forged)
  })

  test('a consent is refused with the token of another form, or of a session before', async () => {
    const browser = visitor(stack.url)
    const login = await browser.get(request())
    const consent = await browser.follow(await browser.submit(login, '/login', user('barbara')))
    const fields = { authorization_request: new URL(request()).search.slice(1), decision: 'allow' }
    const tokenOf = (page: Visit) => /name="form_token" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
    expect(brief(await browser.post('/oauth/consent', { ...fields, form_token: tokenOf(login) }))).toEqual(
      forged,
    )
    await signInAt(browser, request({ prompt: 'login' }), user('barbara'))
    expect(brief(await browser.post('/oauth/consent', { ...fields, form_token: tokenOf(consent) }))).toEqual(
      forged,
    )
  })

  test('signing out needs a form of ours; a mere GET asks', async () => {
    const browser = visitor(stack.url)
    await signInAt(browser, request(), user('ada'))
    expect(await browser.get('/oauth/logout')).toMatchObject({ status: 200, heading: 'Sign out?' })
    expect(brief(await browser.post('/oauth/logout', {}))).toEqual(forged)
    expect((await browser.get('/oauth/account')).heading).toBe('Your account')
  })
})

describe('signing out from another site', () => {
  test.each([{}, { Origin: 'https://evil.example' }, { 'Sec-Fetch-Site': 'cross-site' }])(
    'a form without cookies clears none: %j',
    async (headers) => {
      const answer = await visitor(stack.url).post('/oauth/logout', {}, headers as Record<string, string>)
      expect(answer.headers.getSetCookie()).toEqual([])
    },
  )
})

describe('sessions', () => {
  test('begin anew at each sign-in, whatever was planted before (session fixation)', async () => {
    const attacker = visitor(stack.url)
    await signInAt(attacker, request(), user('donald'))
    const planted = new Map(attacker.cookies)
    const victim = visitor(stack.url)
    for (const [name, value] of planted) victim.cookies.set(name, value)
    await signInAt(victim, request({ prompt: 'login' }), user('ada'))
    expect(victim.cookies.get(SESSION)).not.toBe(planted.get(SESSION))
    expect(victim.cookies.get(FORM)).not.toBe(planted.get(FORM))
    expect((await attacker.get('/oauth/account')).text).not.toContain('ada')
  })

  test('are cookies of this host, out of reach for scripts, under 2 KB', async () => {
    const answer = await signInAt(visitor(stack.url), request(), user('ada'))
    const cookies = answer.headers.getSetCookie()
    expect(cookies).toEqual([
      expect.stringMatching(/^scrip-session=[\w.-]+; Path=\/; Max-Age=3600; HttpOnly; SameSite=Lax$/),
      expect.stringMatching(/^scrip-form=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/),
    ])
    for (const cookie of cookies) expect(cookie.length).toBeLessThan(2_048)
  })

  test('end with a sign-out, and the page that was open asks to sign in again', async () => {
    const browser = visitor(stack.url)
    const consent = await browser.follow(await signInAt(browser, request(), user('frances')))
    const out = await browser.submit(await browser.get('/oauth/logout'), '/logout')
    expect(await browser.follow(out)).toMatchObject({ status: 200, heading: 'You are signed out' })
    expect(browser.cookies.has(SESSION)).toBe(false)
    const answer = await browser.submit(consent, '/consent', { decision: 'allow' })
    expect(await browser.follow(answer)).toMatchObject({ status: 200, heading: 'Sign in' })
  })
})

describe('guessing', () => {
  test('an unknown user and a wrong password read the same', async () => {
    const attempt = async (username: string) => {
      const browser = visitor(stack.url)
      const page = await signInAt(browser, request(), { username, password: 'wrong password' })
      return { status: page.status, text: page.text.replaceAll(/value="[^"]*"/g, '') }
    }
    const known = await attempt('ada')
    expect(known).toEqual(await attempt('nobody-at-all'))
    expect(known.status).toBe(400)
    expect(known.text).toContain('User name or password is wrong.')
  })

  test('ends after ten failures with 429 and Retry-After, for the right password too', async () => {
    const browser = visitor(stack.url)
    const page = await browser.get(request())
    const guess = (typed: string) => browser.submit(page, '/login', { username: 'guesser', password: typed })
    for (let failures = 0; failures < 10; failures += 1)
      expect((await guess('wrong password')).status).toBe(400)
    const answer = await guess(password)
    expect(answer.status).toBe(429)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(answer.text).toContain('Too many attempts.')
  })
})
