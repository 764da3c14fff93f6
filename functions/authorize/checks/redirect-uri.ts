import type { Config } from '../../../shared/config/types.ts'
import { type Client, isConfidential } from '../../../shared/protocol/client.ts'
import { matchRedirectUri } from '../../../shared/protocol/redirect-uri.ts'
import type { RequestParameters } from '../../../shared/protocol/request-parameters.ts'
import { badLink } from './bad-link.ts'

/** Where answers may go (RFC 6749 §3.1.2.3, RFC 9700 §2.1). Until this has passed, nothing is redirected. */
export function checkRedirectUri(parameters: RequestParameters, client: Client, config: Config): URL {
  if (parameters.isRepeated('redirect_uri')) throw badLink('invalid_request: redirect_uri must be given once')
  const requested = parameters.get('redirect_uri')
  const redirectUri = matchRedirectUri(requested, {
    registered: client.redirectUris,
    match: client.redirectMatch ?? config.redirectUris.match,
    isPublic: !isConfidential(client),
  })
  if (redirectUri) return redirectUri
  throw badLink(
    requested === undefined
      ? 'invalid_request: redirect_uri is required, since not exactly one is registered (RFC 6749 §3.1.2.3)'
      : 'invalid_request: redirect_uri is not registered for this client',
  )
}
