/** Which header fields of a request an upstream sees. */
import { passedOn } from './header-rules.ts'
import type { Headers } from './types.ts'

/** Names that stay here. */
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
  // Who calls, as servers say that have found it out: only we have.
  'remote-user',
  'x-remote-user',
  // Where a request came from, as anyone may write it: the authorizer has found it out.
  'cf-connecting-ip',
  'client-ip',
  'fastly-client-ip',
  'forwarded',
  'true-client-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-originating-ip',
  'x-real-ip',
  'x-remote-addr',
  // Frameworks follow these to another host, method or path than the one whose scope was checked.
  'path-info',
  'script-name',
  'x-host',
  'x-http-method',
  'x-http-method-override',
  'x-method',
  'x-method-override',
  'x-rewrite-url',
  // CGI makes `HTTP_PROXY` of it, by which many a client finds its proxy ("httpoxy").
  'proxy',
])

/**
 * `x-scrip-*` is ours to say; it covers the edge's secret too. `X-Amz-*` is API Gateway's and CloudFront's, as
 * is `CloudFront-*`, which a caller may write where there is no edge. What a proxy says of the request that it
 * got (`X-Forwarded-*`, `X-Original-*`, Envoy's `X-Envoy-*`) is not a caller's to say.
 */
const droppedPrefix = /^(x-scrip(-|$)|x-amzn?-|cloudfront-|x-forwarded-|x-original-|x-envoy-)/

/**
 * The fields that an upstream sees. A name of other characters than letters, digits and hyphens goes no further:
 * what servers make of `X_Scrip_Subject` or `SCRIPT_NAME` differs. nginx drops them too.
 *
 * @param headers by name in lower case, two spellings of a name merged
 */
export function requestHeaders(headers: Headers): Headers {
  const plain = Object.fromEntries(Object.entries(headers).filter(([name]) => /^[a-z0-9-]+$/i.test(name)))
  return passedOn(plain, (name) => dropped.has(name) || droppedPrefix.test(name))
}
