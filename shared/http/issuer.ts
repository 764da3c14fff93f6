/** The issuer of a request, RFC 8414 §2. A header that the client sends is never believed. */
import type { APIGatewayProxyEvent } from 'aws-lambda'
import { isLoopbackHost } from '../protocol/loopback.ts'

/**
 * The issuer: as configured, else https, the API's own domain name, and the path that stands in front of the
 * matched resource (the stage, or a base path mapping).
 *
 * @throws Error when the path does not end with the resource, which only a templated one can cause
 */
export function issuerOf(configured: string | undefined, event: APIGatewayProxyEvent): string {
  if (configured !== undefined) return configured
  const { domainName, path } = event.requestContext
  const fullPath = path.replace(/\/+$/, '')
  if (domainName === undefined || !fullPath.endsWith(event.resource))
    throw new Error('the issuer cannot be read off this request; set it in the configuration')
  // API Gateway serves https alone; a loopback host is the local stack.
  const scheme = isLoopbackHost(domainName) ? 'http' : 'https'
  return `${scheme}://${domainName}${fullPath.slice(0, -event.resource.length)}`
}
