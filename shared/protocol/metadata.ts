/** Authorization server metadata, RFC 8414 §2, which OpenID Connect Discovery 1.0 §3 extends. */
import { formatEndpoints, type OfferedEndpoints } from './endpoints.ts'
import type { GrantType } from './grant-types.ts'

/** What of a deployment its metadata tells. */
export interface Offer {
  readonly issuer: string
  readonly prefix: string
  readonly grantTypes: readonly GrantType[]
  readonly scopes: readonly string[]
}

export interface AuthorizationServerMetadata extends OfferedEndpoints {
  readonly issuer: string
  readonly scopes_supported: readonly string[]
  readonly response_types_supported: readonly string[]
  readonly grant_types_supported: readonly GrantType[]
  readonly token_endpoint_auth_methods_supported: readonly string[]
}

/** The metadata document: only what this deployment offers stands in it. */
export function authorizationServerMetadata(offer: Offer): AuthorizationServerMetadata {
  return {
    issuer: offer.issuer,
    ...formatEndpoints(offer.issuer, offer.prefix),
    scopes_supported: offer.scopes,
    // §2 requires it; without an authorization endpoint there are none.
    response_types_supported: [],
    grant_types_supported: offer.grantTypes,
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  }
}
