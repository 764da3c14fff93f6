/** Rights that several functions have, following the configuration. */
import type { Config } from '../../../shared/config/types.ts'
import { denialKey } from '../../../shared/protocol/denial-key.ts'
import { knowEdge, onlyAttributes, onlyKeysLike, type Right, read, use } from './definition.ts'

/** Authenticating a client, and counting its requests. */
export function clientRights(config: Config): Right[] {
  return [
    use('clients', ['dynamodb:GetItem']),
    use('rateLimits', ['dynamodb:UpdateItem']),
    // With a single tier there is nothing to look up in the account.
    ...(hasSeveralTiers(config) ? [use('accounts', ['dynamodb:GetItem'])] : []),
    // Who did not prove to be a client is counted by address.
    knowEdge,
  ]
}

/** Reading an access token: a JWT's signature needs the published keys, an opaque token is looked up. */
export function verifyingRights(config: Config): Right[] {
  return isJwt(config) ? [read('verificationKeys')] : []
}

/** Asking whether a token's grant lives and the token was not revoked. */
export function livenessRights(config: Config): Right[] {
  return [
    use('grants', ['dynamodb:BatchGetItem']),
    use('tokens', isJwt(config) ? ['dynamodb:BatchGetItem'] : ['dynamodb:GetItem']),
  ]
}

/** Denying a JWT: an item of another key, such as a token, may not be put. */
export function denyingRights(config: Config): Right[] {
  return isJwt(config) ? [use('tokens', ['dynamodb:PutItem'], onlyKeysLike(denialKey('*')))] : []
}

/** Finding an opaque token and ending it: of whom it is, and of what it allows, nothing may be written. */
export const endingRights: readonly Right[] = [
  use('tokens', ['dynamodb:GetItem']),
  use(
    'tokens',
    ['dynamodb:UpdateItem'],
    onlyAttributes('tokenHash', 'revokedAt', 'revokedBecause', 'expiresAt'),
  ),
]

export function refreshKeyRights({ grants }: Config): Right[] {
  return grants.refresh_token ? [read('refreshKeys')] : []
}

export function isJwt({ accessToken }: Config): boolean {
  return accessToken.format === 'jwt'
}

/** Tokens that are looked up: API tokens always are. */
export function hasOpaqueTokens(config: Config): boolean {
  return !isJwt(config) || config.apiTokens !== undefined
}

export function hasSeveralTiers({ rateLimits }: Config): boolean {
  return Object.keys(rateLimits.tiers).length > 1
}
