/** The token endpoint's answer, RFC 6749 §5.1. */
import type { Seconds } from './brands.ts'
import { formatScope } from './scope.ts'

/** What a grant has issued, before it is put on the wire. */
export interface IssuedTokens {
  readonly accessToken: string
  /** Nothing for a token that never expires. */
  readonly expiresIn: Seconds | undefined
  /** Granted scope. */
  readonly scope: readonly string[]
  /** Requested scope, or nothing when the request named none. */
  readonly requestedScope: readonly string[] | undefined
  readonly refreshToken?: { readonly value: string; readonly expiresIn: Seconds | undefined }
  /** OpenID Connect Core 1.0 §3.1.3.3. */
  readonly idToken?: string
}

/** Wire form; names are the RFC's. */
export interface TokenResponse {
  readonly access_token: string
  readonly token_type: string
  readonly expires_in?: number
  readonly refresh_token?: string
  readonly refresh_token_expires_in?: number
  readonly id_token?: string
  readonly scope?: string
}

export interface TokenResponseStyle {
  readonly tokenType: 'Bearer' | 'bearer'
  readonly scope: 'always' | 'changed'
  readonly refreshTokenExpiresIn: boolean
}

/** The wire form of issued tokens. */
export function tokenResponse(issued: IssuedTokens, style: TokenResponseStyle): TokenResponse {
  // §5.1: scope is "OPTIONAL, if identical to the scope requested by the client; otherwise, REQUIRED".
  const scopeIsDue = style.scope === 'always' || !sameScope(issued.scope, issued.requestedScope ?? [])
  const { refreshToken, idToken } = issued
  const tellsEnd = style.refreshTokenExpiresIn && refreshToken?.expiresIn !== undefined
  return {
    access_token: issued.accessToken,
    token_type: style.tokenType,
    ...(issued.expiresIn === undefined ? {} : { expires_in: issued.expiresIn }),
    ...(refreshToken ? { refresh_token: refreshToken.value } : {}),
    ...(tellsEnd ? { refresh_token_expires_in: refreshToken.expiresIn } : {}),
    ...(idToken === undefined ? {} : { id_token: idToken }),
    ...(scopeIsDue ? { scope: formatScope(issued.scope) } : {}),
  }
}

function sameScope(left: readonly string[], right: readonly string[]): boolean {
  return new Set(left).symmetricDifference(new Set(right)).size === 0
}
