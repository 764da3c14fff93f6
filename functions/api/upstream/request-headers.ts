/** Which header fields of a request an upstream sees. */
import { passedOn } from './header-rules.ts'
import type { Headers } from './types.ts'

/** Names that stay here, in canonical form. */
const dropped = new Set([
  // Credentials of ours: the upstream is told who calls, and never with what.
  'authorization',
  'cookie',
  'cookie2',
  'x-api-key',
  // Of this message to us; the next one has its own.
  'content-length',
  'expect',
  'host',
  // Where a request came from, as anyone may write it. API Gateway's own word for it passes, see below.
  'client-ip',
  'forwarded',
  'true-client-ip',
  'x-client-ip',
  'x-real-ip',
  // Frameworks follow these to another method or path than the one whose scope was checked.
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-original-url',
  'x-rewrite-url',
])

/**
 * `x-scrip-*` is ours to say; it covers the edge's secret too. `X-Amz-*` is API Gateway's and CloudFront's, as
 * is `CloudFront-*`, which a caller may write where there is no edge.
 */
const droppedPrefix = /^(x-scrip(-|$)|x-amzn?-|cloudfront-|x-forwarded-)/

/**
 * Set, or appended to, by API Gateway; `-Host` and `-Port` tell of us and would mislead the upstream about its
 * own address. In `X-Forwarded-For` the last address is the one API Gateway saw; what precedes it is the edge's
 * word, or the caller's.
 */
const forwarded = ['x-forwarded-for', 'x-forwarded-proto'] as const

/** @param headers by name in lower case, two spellings of a name merged */
export function requestHeaders(headers: Headers): Headers {
  const told = Object.fromEntries(forwarded.flatMap((name) => (headers[name] ? [[name, headers[name]]] : [])))
  return {
    ...passedOn(headers, (name) => dropped.has(name) || droppedPrefix.test(name)),
    ...passedOn(told, () => false),
  }
}
