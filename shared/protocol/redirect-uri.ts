/**
 * Redirect URIs, RFC 6749 §3.1.2 and RFC 9700 §2.1: which may be registered, and which a request may name.
 *
 * What is compared is what is used: a match gives the parsed URL, and the redirect is built from that.
 */
import { isLoopbackIp } from './loopback.ts'

export type RedirectMatch = 'exact' | 'subpath'

/** How one client's redirect URIs are matched. */
export interface RedirectPolicy {
  readonly registered: readonly string[]
  readonly match: RedirectMatch
  /** Public clients on a loopback address may use any port (RFC 8252 §7.3), in exact mode. */
  readonly isPublic: boolean
}

/** Characters that a parser would drop, fold or take for something else: white space, controls, backslash, non-ASCII. */
const UNSAFE = /[^\x21-\x5b\x5d-\x7e]/
/** A dot, slash or backslash in percent-encoding, however often the percent sign was encoded in turn. */
const ENCODED_PATH_SYNTAX = /%(25)*(2e|2f|3b|5c)/i
/** An encoded control character, or a percent sign that encodes nothing: a server may make anything of it. */
const ENCODED_CONTROL = /%(25)*([01][0-9a-f]|7f)|%(?![0-9a-f]{2})/i
/** A dot segment, also with the parameters that some servers cut off (`..;x`). */
const DOT_SEGMENT = /^\.\.?(;|$)/
const MAX_LENGTH = 2000

/**
 * What is wrong with a URI that somebody wants to register, or nothing.
 *
 * https anywhere; http on loopback alone; a scheme of the app's own only in reverse-domain form (RFC 8252
 * §7.1), which leaves out `javascript:`, `data:` and their like.
 */
export function redirectUriFault(value: string): string | undefined {
  const url = parseSafely(value)
  if (!url) return 'an absolute URI without white space, backslash, control or non-ASCII characters'
  if (url.hash !== '' || value.includes('#')) return 'a URI without fragment (RFC 6749 §3.1.2)'
  if (url.username !== '' || url.password !== '') return 'a URI without user information'
  if (hasPathTricks(value)) return 'a URI without dot segments or encoded dots, slashes and controls'
  if (url.protocol === 'https:') return undefined
  if (url.protocol === 'http:')
    return isLoopbackIp(url.hostname) || url.hostname === 'localhost'
      ? undefined
      : 'an https URI; plain http is for loopback alone'
  return /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:$/.test(url.protocol)
    ? undefined
    : 'an https URI, or a scheme in reverse-domain form such as com.example.app (RFC 8252 §7.1)'
}

/**
 * The URL to redirect to.
 *
 * @param requested the request's `redirect_uri`; nothing is fine where exactly one URI is registered (§3.1.2.3)
 * @returns nothing when the request names no URI of this client
 */
export function matchRedirectUri(requested: string | undefined, policy: RedirectPolicy): URL | undefined {
  if (requested === undefined)
    return policy.registered.length === 1 ? parseSafely(policy.registered[0] ?? '') : undefined
  const url = parseSafely(requested)
  if (!url) return undefined
  const matches = policy.registered.some((registered) => matchesOne(requested, url, registered, policy))
  return matches ? url : undefined
}

function matchesOne(
  requested: string,
  url: URL,
  registered: string,
  { match, isPublic }: RedirectPolicy,
): boolean {
  if (requested === registered) return true // simple string comparison (RFC 3986 §6.2.1)
  const registeredUrl = parseSafely(registered)
  if (!registeredUrl) return false
  if (match === 'subpath') return isBelow(requested, url, registeredUrl)
  return isPublic && isSameButForLoopbackPort(requested, url, registeredUrl)
}

/** Scheme, host and port are the same; the path is the registered one or below it; no query but the registered one. */
function isBelow(requested: string, url: URL, registered: URL): boolean {
  if (hasPathTricks(requested) || hasUserInformationOrFragment(requested, url)) return false
  if (url.protocol !== registered.protocol || url.host !== registered.host) return false
  if (url.search !== registered.search) return false
  const folder = registered.pathname.endsWith('/') ? registered.pathname : `${registered.pathname}/`
  return url.pathname === registered.pathname || url.pathname.startsWith(folder)
}

/** RFC 8252 §7.3: the port is chosen when the app starts; all else is as registered. */
function isSameButForLoopbackPort(requested: string, url: URL, registered: URL): boolean {
  if (url.protocol !== 'http:' || registered.protocol !== 'http:' || !isLoopbackIp(registered.hostname))
    return false
  if (hasPathTricks(requested) || hasUserInformationOrFragment(requested, url)) return false
  return (
    url.hostname === registered.hostname &&
    url.pathname === registered.pathname &&
    url.search === registered.search
  )
}

function parseSafely(value: string): URL | undefined {
  if (value.length > MAX_LENGTH || UNSAFE.test(value) || !URL.canParse(value)) return undefined
  return new URL(value)
}

function hasUserInformationOrFragment(value: string, url: URL): boolean {
  return (
    url.username !== '' ||
    url.password !== '' ||
    /[#@]/.test(value.split(/[?]/)[0] ?? '') ||
    value.includes('#')
  )
}

/** Dot segments, plain or encoded, and their like: a server behind may resolve what we compared unresolved. */
function hasPathTricks(value: string): boolean {
  if (ENCODED_PATH_SYNTAX.test(value) || ENCODED_CONTROL.test(value)) return true
  const path = value.replace(/^[a-z][a-z0-9+.-]*:(\/\/[^/?#]*)?/i, '').split(/[?#]/)[0] ?? ''
  return path.split('/').some((segment) => DOT_SEGMENT.test(segment))
}
