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
  if (configured !== undefined) return configured
  const { domainName, path } = event.requestContext
  const before = pathBefore(event, path.replace(/\/+$/, ''))
  if (domainName === undefined || before === undefined)
    throw new Error('the issuer cannot be read off this request; set it in the configuration')
  // API Gateway serves https alone; a loopback host is the local stack.
  const scheme = isLoopbackHost(domainName) ? 'http' : 'https'
  return `${scheme}://${domainName}${before}`
}

/** The path without the segments that the resource matched; a greedy parameter has matched several. */
function pathBefore({ resource, pathParameters }: Addressed, fullPath: string): string | undefined {
  const template = resource.split('/').slice(1)
  const greedy = /^\{(.+)\+\}$/.exec(template.at(-1) ?? '')?.[1]
  const more = greedy === undefined ? 0 : (pathParameters?.[greedy] ?? '').split('/').length - 1
  const segments = fullPath.split('/')
  const before = segments.slice(0, segments.length - template.length - more)
  const matched = segments.slice(before.length)
  const fits = template.every((segment, index) => segment.startsWith('{') || segment === matched[index])
  return before.length > 0 && fits ? before.join('/') : undefined
}
