/** Where the endpoints are, below the issuer and the configured prefix. */
import type { GrantType } from './grant-types.ts'

export const wellKnownPaths = {
  /** RFC 8414 §3. */
  authorizationServer: '/.well-known/oauth-authorization-server',
  /** OpenID Connect Discovery 1.0 §4. */
  openidConfiguration: '/.well-known/openid-configuration',
  jwks: '/.well-known/jwks.json',
} as const

export const healthPath = '/health'

export const tokenPath = (prefix: string): string => `${prefix}/token`

/** A grant's own URL, straight to its function. */
export const grantPath = (prefix: string, grantType: GrantType): string => `${tokenPath(prefix)}/${grantType}`

/** Endpoints and pages beside the token endpoint. */
export type EndpointName =
  | 'authorize'
  | 'login'
  | 'consent'
  | 'logout'
  | 'account'
  | 'style.css'
  | 'form-post.js'
  | 'callback'
  | 'userinfo'
  | 'revoke'
  | 'introspect'
  | 'leaked'

export const endpointPath = (prefix: string, name: EndpointName): string => `${prefix}/${name}`

/** Tells a caller of the API about the token it presented. */
export const presentedTokenPath = '/api/v1/token'

/** What else is asked for under `/api/v1`: protected too, so that its 404 tells the rate as every answer does. */
export const unknownApiPath = '/api/v1/{proxy+}'
