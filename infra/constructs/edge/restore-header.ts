/**
 * Lambda@Edge, on origin responses: gives `WWW-Authenticate` its name back.
 *
 * API Gateway renames that header to `x-amzn-Remapped-WWW-Authenticate` in the answers of Lambda proxies, but
 * a client that fails to authenticate must be told the scheme under its right name (RFC 6749 §5.2, RFC 6750
 * §3). A CloudFront Function cannot do this: it is not run for answers of 400 and above.
 */
import type { CloudFrontResponseEvent, CloudFrontResponseResult } from 'aws-lambda'

const renamed = 'x-amzn-remapped-www-authenticate'

export async function handler({
  Records: [record],
}: CloudFrontResponseEvent): Promise<CloudFrontResponseResult> {
  if (record === undefined) throw new Error('CloudFront sends exactly one record')
  const { response } = record.cf
  const { [renamed]: challenges, ...headers } = response.headers
  if (challenges === undefined) return response
  return {
    ...response,
    headers: {
      ...headers,
      // A gateway response keeps the right name, so one of the two is there, never both.
      'www-authenticate': challenges.map(({ value }) => ({
        key: 'WWW-Authenticate',
        value,
      })),
    },
  }
}
