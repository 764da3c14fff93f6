/**
 * Authorization server metadata, RFC 8414 §2, which OpenID Connect Discovery 1.0 §3 extends: what this
 * deployment offers, and nothing else.
 */
import { endpointPath, tokenPath, wellKnownPaths } from './endpoints.ts'
import type { GrantType } from './grant-types.ts'

/** What of a deployment its metadata tells. */
export interface Offer {
  readonly issuer: string
  readonly prefix: string
  readonly grantTypes: readonly GrantType[]
  readonly scopes: readonly string[]
  /** `alg` of the tokens that it signs. */
  readonly signingAlgorithm: string
}

/** Wire form; names are the RFCs'. */
export interface AuthorizationServerMetadata {
  readonly issuer: string
  readonly token_endpoint: string
  readonly jwks_uri: string
  readonly revocation_endpoint: string
  readonly introspection_endpoint: string
  readonly authorization_endpoint?: string
  readonly userinfo_endpoint?: string
  readonly scopes_supported: readonly string[]
  readonly response_types_supported: readonly string[]
  readonly response_modes_supported?: readonly string[]
  readonly grant_types_supported: readonly GrantType[]
  readonly token_endpoint_auth_methods_supported: readonly string[]
  readonly revocation_endpoint_auth_methods_supported: readonly string[]
  readonly introspection_endpoint_auth_methods_supported: readonly string[]
  readonly code_challenge_methods_supported?: readonly string[]
  readonly authorization_response_iss_parameter_supported?: boolean
  readonly subject_types_supported?: readonly string[]
  readonly id_token_signing_alg_values_supported?: readonly string[]
  readonly claims_supported?: readonly string[]
  readonly prompt_values_supported?: readonly string[]
  readonly request_parameter_supported?: boolean
  readonly request_uri_parameter_supported?: boolean
}

const secretMethods = ['client_secret_basic', 'client_secret_post']

export function authorizationServerMetadata(offer: Offer): AuthorizationServerMetadata {
  const { issuer, prefix, grantTypes } = offer
  const url = (name: Parameters<typeof endpointPath>[1]) => issuer + endpointPath(prefix, name)
  // Only grants that need no secret have public clients.
  const hasPublicClients = grantTypes.some((name) => name !== 'client_credentials')
  const methods = [...secretMethods, ...(hasPublicClients ? ['none'] : [])]
  return {
    issuer,
    token_endpoint: issuer + tokenPath(prefix),
    jwks_uri: issuer + wellKnownPaths.jwks,
    revocation_endpoint: url('revoke'),
    introspection_endpoint: url('introspect'),
    scopes_supported: offer.scopes,
    // §2 requires it; without an authorization endpoint there are none.
    response_types_supported: [],
    grant_types_supported: grantTypes,
    token_endpoint_auth_methods_supported: methods,
    revocation_endpoint_auth_methods_supported: methods,
    introspection_endpoint_auth_methods_supported: secretMethods,
    ...(grantTypes.includes('authorization_code') ? authorizationMetadata(url('authorize')) : {}),
    ...(offer.scopes.includes('openid') ? openIdMetadata(url('userinfo'), offer.signingAlgorithm) : {}),
  }
}

function authorizationMetadata(authorizationEndpoint: string): Partial<AuthorizationServerMetadata> {
  return {
    authorization_endpoint: authorizationEndpoint,
    response_types_supported: ['code'],
    response_modes_supported: ['query', 'form_post'],
    code_challenge_methods_supported: ['S256'], // RFC 7636 §6.2
    authorization_response_iss_parameter_supported: true, // RFC 9207 §3
  }
}

function openIdMetadata(userinfoEndpoint: string, algorithm: string): Partial<AuthorizationServerMetadata> {
  return {
    userinfo_endpoint: userinfoEndpoint,
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [algorithm],
    claims_supported: [
      'sub',
      'iss',
      'aud',
      'exp',
      'iat',
      'auth_time',
      'nonce',
      'at_hash',
      'name',
      'preferred_username',
      'email',
      'email_verified',
    ],
    prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
  }
}
