import { expect, test } from 'vitest'
import { sha256 } from '../../../shared/protocol/hash.ts'
import { formToken, pages, user } from '../../support/pages.ts'
import { preset } from '../../support/presets.ts'
import { NOW } from '../../support/token-deployment.ts'
import { redirectUri, webClient, webRequest } from '../../support/web-client.ts'

const config = preset('default')
const open = () => pages(config, [webClient()])
const isSignedIn = async ({ get }: ReturnType<typeof open>) => (await get('account')).status === 200

test('over https every cookie is __Host-, Secure, HttpOnly and SameSite=Lax', async () => {
  const browser = open()
  const login = await browser.get('login')
  expect(login.cookies).toEqual([
    expect.stringMatching(/^__Host-form=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
  ])
  const { cookies } = await browser.signIn()
  expect(cookies).toEqual([
    expect.stringMatching(/^__Host-session=[\w.-]+; Path=\/; Max-Age=3600; HttpOnly; Secure; SameSite=Lax$/),
    expect.stringMatching(/^__Host-form=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
  ])
})

test('a session goes on with each use, ends after an idle hour, and after a day at the latest', async () => {
  const browser = open()
  await browser.signIn()
  for (let hours = 0; hours < 25; hours += 1) {
    browser.clock.now += 3_500
    if (!(await isSignedIn(browser))) break
  }
  expect(browser.clock.now - NOW).toBeGreaterThanOrEqual(86_400)
  expect(browser.clock.now - NOW).toBeLessThan(86_400 + 3_500)
  const idle = open()
  await idle.signIn()
  idle.clock.now += 3_600
  expect(await isSignedIn(idle)).toBe(false)
})

test('signing out everywhere else is no sign-in: auth_time and the session’s end stay', async () => {
  const browser = pages(config, [webClient({ firstParty: true })])
  await browser.signIn()
  for (let hours = 0; hours < 24; hours += 1) {
    browser.clock.now += 3_500
    await browser.get('account')
  }
  const before = browser.cookies.get('__Host-session')
  const form_token = formToken(await browser.get('account'))
  expect((await browser.post('account', { form_token, action: 'everywhere' })).status).toBe(303)
  expect(browser.users.get('ada')?.sessionVersion).toBe(2)
  expect(browser.cookies.get('__Host-session')).not.toBe(before)
  await browser.get('authorize', webRequest())
  expect(browser.codes).toEqual([expect.objectContaining({ authTime: NOW })])
  browser.clock.now = NOW + 86_399
  expect(await isSignedIn(browser)).toBe(true)
  browser.clock.now = NOW + 86_400
  expect(await isSignedIn(browser)).toBe(false)
})

test.each([
  ['another session version', user({ sessionVersion: 2 })],
  ['another subject under the same name', user({ subject: 'somebody else' })],
  ['no user any more', undefined],
])('a session ends with %s', async (_, changed) => {
  const browser = open()
  await browser.signIn()
  expect(await isSignedIn(browser)).toBe(true)
  if (changed) browser.users.set('ada', changed)
  else browser.users.delete('ada')
  expect(await isSignedIn(browser)).toBe(false)
})

test('a session of one issuer is none at another', async () => {
  const browser = open()
  await browser.signIn()
  const elsewhere = pages({ ...config, issuer: 'https://other.example' }, [webClient()])
  for (const [name, value] of browser.cookies) elsewhere.cookies.set(name, value)
  expect(await isSignedIn(elsewhere)).toBe(false)
})

test('a code rests as its SHA-256, bound to all that its exchange has to show again', async () => {
  const browser = open()
  await browser.signIn()
  const parameters = webRequest({ nonce: 'n-0S6_WzA2Mj' })
  const consent = await browser.get('authorize', parameters)
  browser.clock.now += 5
  const answer = await browser.post('consent', {
    form_token: formToken(consent),
    authorization_request: new URLSearchParams(parameters).toString(),
    decision: 'allow',
  })
  const code = new URL(answer.headers.Location ?? '').searchParams.get('code') ?? ''
  expect(answer.headers.Location).toBe(
    `${redirectUri}?code=${code}&state=xyz&iss=${encodeURIComponent('https://abc123.execute-api.eu-west-1.amazonaws.com/prod')}`,
  )
  expect(browser.codes).toEqual([
    {
      codeHash: sha256(code),
      clientId: 'web',
      redirectUri,
      codeChallenge: parameters.code_challenge,
      username: 'ada',
      subject: 'subject-of-ada',
      scope: ['read'],
      requestedScope: ['read'],
      nonce: 'n-0S6_WzA2Mj',
      authTime: NOW,
      grantId: expect.stringMatching(/^[\w-]{22}$/),
      issuedAt: NOW + 5,
      expiresAt: NOW + 65,
    },
  ])
  expect(browser.consents.get('web')).toEqual({
    username: 'ada',
    clientId: 'web',
    scope: ['read'],
    grantedAt: NOW + 5,
  })
})

test('every page forbids scripts, frames and foreign content', async () => {
  const browser = open()
  const { headers } = await browser.get('authorize', webRequest())
  expect(headers).toEqual({
    'Cache-Control': 'no-store',
    'Content-Security-Policy':
      "default-src 'none'; style-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'",
    'Content-Type': 'text/html; charset=utf-8',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Referrer-Policy': 'same-origin',
    'Strict-Transport-Security': 'max-age=31536000',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
  })
})

test('the stylesheet is kept by browsers for good, under a URL of its own content', async () => {
  const browser = open()
  const { text } = await browser.get('login')
  expect(text).toMatch(/href="\/prod\/oauth\/style\.css\?v=[0-9a-f]{12}"/)
  expect(await browser.get('style.css')).toMatchObject({
    status: 200,
    headers: {
      'Content-Type': 'text/css; charset=utf-8',
      'Cache-Control': 'public, max-age=31536000, immutable',
    },
  })
})
