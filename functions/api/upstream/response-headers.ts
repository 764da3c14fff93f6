/** Which header fields of an upstream's answer a caller sees. */
import { passedOn } from './header-rules.ts'
import type { Headers } from './types.ts'

/** Names that go no further, in canonical form. */
const dropped = new Set([
  // API Gateway writes its own, and would rename these.
  'content-length',
  'date',
  'server',
  // These speak for a whole origin, and this one is where people sign in: an API sets no cookie there, ends no
  // session, moves nobody to another host and installs no worker.
  'alt-svc',
  'clear-site-data',
  'nel',
  'report-to',
  'service-worker-allowed',
  'set-cookie',
  'set-cookie2',
  'strict-transport-security',
])

/** What is ours to say, the rate above all, and what API Gateway says. */
const droppedPrefix = /^(x-scrip(-|$)|x-amzn?-|x-ratelimit-|ratelimit(-|$))/

export function responseHeaders(headers: Headers): Headers {
  return passedOn(headers, (name) => dropped.has(name) || droppedPrefix.test(name))
}
