/** Client authentication at the token endpoint, RFC 6749 §2.3: what the request presents. */
import { invalidClient, invalidRequest } from './errors.ts'
import type { Parameters } from './parameters.ts'

/** The credentials of one request, by the method they came in. */
export type ClientCredentials =
  | {
      readonly method: 'client_secret_basic'
      readonly clientId: string
      readonly clientSecret: string
    }
  | {
      readonly method: 'client_secret_post'
      readonly clientId: string
      readonly clientSecret: string
    }
  | { readonly method: 'none'; readonly clientId: string }

/**
 * Reads the client's credentials.
 *
 * @param authorization the values of the request's `Authorization` headers
 * @throws OAuthError `invalid_request` when more than one method is used (§2.3: "MUST NOT use more than one
 *   authentication method in each request"); `invalid_client` when there are no credentials or no good ones
 */
export function readClientCredentials(
  authorization: readonly string[],
  parameters: Parameters,
): ClientCredentials {
  const clientSecret = parameters.get('client_secret')
  const clientId = parameters.get('client_id')
  if (authorization.length > 1) throw invalidRequest('Authorization must be given once')
  const [header] = authorization
  if (header !== undefined) {
    if (clientSecret !== undefined)
      throw invalidRequest(
        'Client credentials must come in the Authorization header or in the body, not in both',
      )
    const basic = readBasic(header)
    if (clientId !== undefined && clientId !== basic.clientId)
      throw invalidRequest('client_id differs from the one in the Authorization header')
    return { method: 'client_secret_basic', ...basic }
  }
  if (clientId === undefined) throw invalidClient('no client credentials')
  if (clientSecret === undefined) return { method: 'none', clientId }
  return { method: 'client_secret_post', clientId, clientSecret }
}

/** §2.3.1: `Basic` (RFC 7617) over client id and secret, each encoded as a form value (Appendix B). */
function readBasic(header: string): { clientId: string; clientSecret: string } {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header)?.[1]
  if (encoded === undefined) throw invalidClient('the Authorization header is not Basic credentials')
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 0) throw invalidClient('the Basic credentials have no colon')
  const clientId = formDecode(text.slice(0, colon))
  if (clientId === '') throw invalidClient('the Basic credentials have no client id')
  return { clientId, clientSecret: formDecode(text.slice(colon + 1)) }
}

function formDecode(value: string): string {
  try {
    return decodeURIComponent(value.replaceAll('+', ' '))
  } catch {
    throw invalidClient('the Basic credentials are not form-encoded')
  }
}
