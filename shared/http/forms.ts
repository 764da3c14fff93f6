/**
 * Forms that only our own pages can send, from the browser that they were shown to.
 *
 * Each carries a MAC over its purpose and the session, under a random value that the browser keeps in a cookie
 * out of everyone's reach. Signing in is covered too, where there is no session yet (RFC 9700 §4.7.1, login
 * CSRF): the cookie is there before.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { setCookie, wireName } from './cookies.ts'
import { type Html, html } from './pages/html.ts'
import { forgedForm } from './pages/page-error.ts'
import type { PageRequest } from './pages/page-request.ts'

/** Which form it is, and of which session; a form for people who are not signed in has none. */
export interface FormBinding {
  readonly purpose: 'login' | 'consent' | 'account' | 'logout'
  readonly sessionId?: string
}

/** What a page with a form needs: the hidden field, and the cookie that goes with it. */
export interface FormProtection {
  readonly field: Html
  readonly cookies: readonly string[]
}

const FIELD = 'form_token'
/** 256 random bits, base64url. */
const SECRET = /^[A-Za-z0-9_-]{43}$/

/** Protects a form; a browser that has no random value yet gets one. */
export function protectForm(request: PageRequest, binding: FormBinding): FormProtection {
  const known = formSecret(request)
  const secret = known ?? randomBytes(32).toString('base64url')
  return {
    field: html`<input type="hidden" name="${FIELD}" value="${tokenOf(secret, binding)}">`,
    cookies: known === undefined ? [setCookie('form', secret, request.issuer)] : [],
  }
}

/** A new random value, for whenever somebody signs in or out: forms from before are void. */
export function renewFormSecret({ issuer }: PageRequest): string {
  return setCookie('form', randomBytes(32).toString('base64url'), issuer)
}

/** @throws PageError for a form that another site sent, or that was shown to another browser or session */
export function checkForm(request: PageRequest, binding: FormBinding): void {
  checkOrigin(request)
  const secret = formSecret(request)
  const token = request.form.get(FIELD)
  if (secret === undefined) throw forgedForm('the form cookie is missing')
  if (token === undefined) throw forgedForm('the form token is missing')
  const expected = Buffer.from(tokenOf(secret, binding))
  const presented = Buffer.from(token)
  if (presented.length !== expected.length || !timingSafeEqual(presented, expected))
    throw forgedForm('the form token is not of this browser, session and form')
}

/** Browsers tell where a form comes from; where they do not, the token alone has to do. */
function checkOrigin({ header, issuer }: PageRequest): void {
  const origin = header('origin')
  if (origin !== undefined && origin !== new URL(issuer).origin) throw forgedForm('Origin is another site')
  // `none` is a person's own doing, such as a page that was restored.
  const site = header('sec-fetch-site')
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    throw forgedForm('Sec-Fetch-Site is another site')
}

function formSecret({ cookies, issuer }: PageRequest): string | undefined {
  const secret = cookies.get(wireName('form', issuer))
  return secret !== undefined && SECRET.test(secret) ? secret : undefined
}

function tokenOf(secret: string, { purpose, sessionId = '' }: FormBinding): string {
  return createHmac('sha256', secret)
    .update(JSON.stringify(['scrip form', purpose, sessionId]))
    .digest('base64url')
}
