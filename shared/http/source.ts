/** The source address of a request, as limits on strangers and the audit log ask for it. */
import { EDGE_SECRET_HEADER } from '../config/environment.ts'
import { matchesAnyHash, sha256 } from '../protocol/hash.ts'

/** What an event tells of where it came from; proxy integrations and authorizers both have it. */
export interface Arrival {
  readonly headers: Readonly<Record<string, string | undefined>> | null
  readonly requestContext: { readonly identity: { readonly sourceIp: string } }
}

/**
 * The caller's address, whole.
 *
 * API Gateway sees the edge's address, and the viewer's stands before it in `X-Forwarded-For`. Anyone can send
 * that header to the API itself, so it is believed only with the edge's secret.
 *
 * @param edgeSecret what the edge adds to each request; nothing in a deployment without an edge
 */
export function callerAddress(event: Arrival, edgeSecret: string | undefined): string {
  return viewerAddress(event, edgeSecret) ?? event.requestContext.identity.sourceIp
}

/**
 * The address that a limit counts: an IPv4 address, or the /64 of an IPv6 address, since one host has a whole
 * /64 to itself (RFC 4291 §2.5.4).
 */
export function sourceOf(event: Arrival, edgeSecret: string | undefined): string {
  const address = callerAddress(event, edgeSecret)
  // All IPv4 addresses have the same /64 where they are written as IPv6 (RFC 4291 §2.5.5.2).
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  return address.includes(':') ? `${networkOf(address)}/64` : address
}

function viewerAddress({ headers }: Arrival, edgeSecret: string | undefined): string | undefined {
  const presented = headerOf(headers, EDGE_SECRET_HEADER)
  if (edgeSecret === undefined || presented === undefined) return undefined
  if (!matchesAnyHash(presented, [sha256(edgeSecret)], 1)) return undefined
  // … , what the client wrote, the viewer as CloudFront saw it, CloudFront as API Gateway saw it
  return headerOf(headers, 'x-forwarded-for')?.split(',').at(-2)?.trim()
}

function headerOf(headers: Arrival['headers'], name: string): string | undefined {
  return Object.entries(headers ?? {}).find(([key]) => key.toLowerCase() === name)?.[1]
}

/** The first four groups of an IPv6 address, `::` written out. */
function networkOf(address: string): string {
  const [head = '', tail] = address.toLowerCase().split('::')
  const front = head === '' ? [] : head.split(':')
  const back = tail === undefined || tail === '' ? [] : tail.split(':')
  const missing = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length)
  const groups = [...front, ...Array.from({ length: missing }, () => '0'), ...back]
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')
}
