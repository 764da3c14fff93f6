/** What holds for header fields both ways through a proxy. */
import type { Headers } from './types.ts'

/** RFC 9110 §7.6.1, and what HTTP/1.1 of old and HTTP/2 add. */
const hopByHop = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/**
 * A name as the least careful server may read it: CGI and what descends from it (PHP, WSGI, Rack) make one
 * variable of `x-scrip-subject`, `X_Scrip_Subject` and, some of them, `x.scrip.subject`.
 */
export function canonicalName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '-')
}

/**
 * The fields that go on: well-formed, not of the connection they came by, and none that `isDropped` names.
 *
 * @param isDropped is asked with the canonical name
 */
export function passedOn(headers: Headers, isDropped: (name: string) => boolean): Headers {
  const named = namedByConnection(headers)
  const kept = Object.entries(headers).flatMap(([name, values]) => {
    const canonical = canonicalName(name)
    const ends = hopByHop.has(canonical) || canonical.startsWith('proxy-') || named.has(canonical)
    if (ends || isDropped(canonical) || !isToken(name)) return []
    const good = values.filter(isFieldValue)
    return good.length === 0 ? [] : [[name.toLowerCase(), good] as const]
  })
  return Object.fromEntries(kept)
}

/** RFC 9110 §7.6.1: what `Connection` names was meant for the next hop alone. */
function namedByConnection(headers: Headers): ReadonlySet<string> {
  const values = Object.entries(headers).flatMap(([name, own]) =>
    canonicalName(name) === 'connection' ? own : [],
  )
  return new Set(values.flatMap((value) => value.split(',')).map((name) => canonicalName(name.trim())))
}

/** RFC 9110 §5.6.2. */
function isToken(name: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)
}

/** RFC 9110 §5.5: no control character but the tab, and bytes alone. */
function isFieldValue(value: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(value)
}
