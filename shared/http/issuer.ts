/** The issuer of a request, RFC 8414 §2. A header that the client sends is never believed. */
import type { APIGatewayProxyEvent } from 'aws-lambda'
import { isLoopbackHost } from '../protocol/loopback.ts'

/** The part of an event that names the API; proxy integrations and authorizers both have it. */
type Addressed = Pick<APIGatewayProxyEvent, 'resource' | 'pathParameters'> & {
  readonly requestContext: Pick<APIGatewayProxyEvent['requestContext'], 'domainName' | 'path'>
}

/**
 * The issuer: as configured, else https, the API's own domain name, and the path that stands in front of the
 * matched resource (the stage, or a base path mapping).
 *
 * @throws Error when path and resource do not belong together
 */
export function issuerOf(configured: string | undefined, event: Addressed): string {
  const issuer = issuerIfTold(configured, event)
  if (issuer === undefined)
    throw new Error('the issuer cannot be read off this request; set it in the configuration')
  return issuer
}

/** The same, and nothing when path and resource do not belong together. */
export function issuerIfTold(configured: string | undefined, event: Addressed): string | undefined {
  if (configured !== undefined) return configured
  const { domainName, path } = event.requestContext
  const before = pathBefore(event, path)
  if (domainName === undefined || before === undefined) return undefined
  // API Gateway serves https alone; a loopback host is the local stack.
  const scheme = isLoopbackHost(domainName) ? 'http' : 'https'
  return `${scheme}://${domainName}${before}`
}

/** The path without the segments that the resource matched; a greedy parameter has matched several. */
function pathBefore({ resource, pathParameters }: Addressed, path: string): string | undefined {
  const template = resource.split('/').slice(1)
  const greedy = /^\{(.+)\+\}$/.exec(template.at(-1) ?? '')?.[1]
  const sent = withoutLastSlash(path).split('/')
  const read = sent.map(decoded)
  const rest = greedy === undefined ? undefined : (pathParameters?.[greedy] ?? '')
  // The path is as it was sent; API Gateway decodes parameters, and some events were seen with both encoded.
  const counted = (end: string) => countOf(end, read) ?? countOf(end, sent)
  // Whether a slash at the end is the parameter's as well is written nowhere.
  const last = rest === undefined ? 1 : (counted(rest) ?? counted(withoutLastSlash(rest)))
  if (last === undefined) return undefined
  const before = sent.slice(0, Math.max(0, sent.length - last - template.length + 1))
  const fits = template.every(
    (segment, index) => segment.startsWith('{') || segment === read[before.length + index],
  )
  return before.length > 0 && fits ? before.join('/') : undefined
}

/** How many segments at the end make up a text, whose own slashes may have been encoded. */
function countOf(text: string, segments: readonly string[]): number | undefined {
  let length = -1
  for (const [index, segment] of segments.toReversed().entries()) {
    length += 1 + segment.length
    if (length >= text.length) return segments.slice(-index - 1).join('/') === text ? index + 1 : undefined
  }
  return undefined
}

function withoutLastSlash(text: string): string {
  return text.replace(/\/$/, '')
}

/** What is no percent-encoding stays as it is. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
