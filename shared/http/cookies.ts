/** Cookies: of this host alone, out of reach for scripts. */
import type { Seconds } from '../protocol/brands.ts'

export type Cookies = ReadonlyMap<string, string>

/** What a cookie is for. */
export type CookieName = 'session' | 'form' | 'upstream'

/** Bytes of name, value and attributes; ours are small, so that a request has room for its own 10 KB. */
export const MAX_COOKIE_BYTES = 2048

/** Reads the `Cookie` headers (RFC 6265 §5.4); the first of a name counts, as a browser sends the closest path first. */
export function readCookies(headers: readonly string[]): Cookies {
  const cookies = new Map<string, string>()
  for (const pair of headers.join(';').split(';')) {
    const end = pair.indexOf('=')
    // Not `trim()`: of a name with a Unicode space before `__Host-`, which any subdomain may set, it would make ours.
    const name = pair.slice(0, Math.max(end, 0)).replace(/^[ \t]+/, '')
    if (name !== '' && !cookies.has(name)) cookies.set(name, pair.slice(end + 1).trim())
  }
  return cookies
}

/**
 * The name on the wire. `__Host-` makes browsers refuse the cookie from a subdomain or over plain HTTP (RFC
 * 6265bis §4.1.3.2); on http://127.0.0.1, where they would refuse it altogether, it goes without.
 */
export function wireName(name: CookieName, issuer: string): string {
  return isSecure(issuer) ? `__Host-${name}` : `scrip-${name}`
}

/**
 * A `Set-Cookie` value.
 *
 * `SameSite=Lax`: the cookie comes along when another site's link or redirect leads here, which is how every
 * authorization request arrives, and not with the forms that another site posts.
 *
 * @param maxAge for how long the browser keeps it; until it is closed when left out
 */
export function setCookie(name: CookieName, value: string, issuer: string, maxAge?: Seconds): string {
  const attributes = [
    `${wireName(name, issuer)}=${value}`,
    'Path=/',
    ...(maxAge === undefined ? [] : [`Max-Age=${maxAge}`]),
    'HttpOnly',
    ...(isSecure(issuer) ? ['Secure'] : []),
    'SameSite=Lax',
  ]
  const cookie = attributes.join('; ')
  if (cookie.length > MAX_COOKIE_BYTES) throw new Error(`the cookie ${name} is longer than 2 KB`)
  return cookie
}

export function clearCookie(name: CookieName, issuer: string): string {
  return setCookie(name, '', issuer, 0 as Seconds)
}

function isSecure(issuer: string): boolean {
  return issuer.startsWith('https:')
}
