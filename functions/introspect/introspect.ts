import {
  type AccessToken,
  type AccessTokenServices,
  checkAccessToken,
} from '../../shared/http/check-access-token.ts'
import { clientEndpoint } from '../../shared/http/client-endpoint.ts'
import type { Handler } from '../../shared/http/endpoint.ts'
import { issuerOf } from '../../shared/http/issuer.ts'
import type { TokenDeployment } from '../../shared/http/token-endpoint.ts'
import type { EpochSeconds } from '../../shared/protocol/brands.ts'
import { type Client, isConfidential } from '../../shared/protocol/client.ts'
import { invalidClient } from '../../shared/protocol/errors.ts'
import { requireParameter } from '../../shared/protocol/parameters.ts'
import { formatScope } from '../../shared/protocol/scope.ts'
import type { Grant, GrantStore } from '../../shared/stores/grants.ts'
import { bodyHash, gidOf, parseRefreshToken } from '../../shared/tokens/refresh-token.ts'
import type { SymmetricKeys } from '../../shared/tokens/symmetric-keys.ts'

export interface IntrospectionServices extends AccessTokenServices {
  readonly grants: Pick<GrantStore, 'find'>
  /** Nothing where the deployment has no refresh tokens. */
  readonly refreshKeys: (() => Promise<SymmetricKeys>) | undefined
}

/** §2.2: all that is told of a token that is no good, or none of the caller's business. */
const inactive = { active: false }

/**
 * Token introspection, RFC 7662.
 *
 * A client sees its own tokens; a resource server sees the access tokens whose audience is its own (§4).
 */
export function introspectionEndpoint(deployment: TokenDeployment, services: IntrospectionServices): Handler {
  return clientEndpoint(
    deployment,
    ['token', 'token_type_hint'],
    async ({ client, parameters, event, now }) => {
      // §2.1: "the endpoint MUST also require some form of authorization"; a public client proves nothing.
      if (!isConfidential(client)) throw invalidClient('introspection by a public client')
      const token = requireParameter(parameters, 'token')
      const issuer = issuerOf(deployment.config.issuer, event)
      const told =
        (await tellRefreshToken(token, issuer, client, now, services)) ??
        (await tellAccessToken(token, issuer, client, now, services))
      return { status: 200, body: told ?? inactive }
    },
  )
}

async function tellAccessToken(
  text: string,
  issuer: string,
  client: Client,
  now: EpochSeconds,
  services: IntrospectionServices,
): Promise<object | undefined> {
  const token = await checkAccessToken(text, issuer, now, services)
  if (!token || !maySee(client, token)) return undefined
  return {
    active: true,
    scope: formatScope(token.scope),
    client_id: token.clientId,
    ...(token.username === undefined ? {} : { username: token.username }),
    token_type: services.config.response.tokenType,
    ...(token.expiresAt === undefined ? {} : { exp: token.expiresAt }),
    iat: token.issuedAt,
    sub: token.subject,
    aud: token.audience,
    iss: token.issuer,
    ...(token.jti === undefined ? {} : { jti: token.jti }),
  }
}

function maySee(client: Client, token: AccessToken): boolean {
  return token.clientId === client.clientId || token.audience === client.introspectAudience
}

/** A refresh token concerns the client that holds it, and nobody else. */
async function tellRefreshToken(
  text: string,
  issuer: string,
  client: Client,
  now: EpochSeconds,
  { config, grants, refreshKeys }: IntrospectionServices,
): Promise<object | undefined> {
  if (!refreshKeys) return undefined
  const token = parseRefreshToken(text, (await refreshKeys()).find, config.refresh)
  if (!token) return undefined
  const grant = await grants.find(gidOf(token.grantId))
  if (grant?.clientId !== client.clientId || !isCurrent(grant, bodyHash(token), now)) return undefined
  return {
    active: true,
    scope: formatScope(grant.scope),
    client_id: grant.clientId,
    ...(grant.username === undefined ? {} : { username: grant.username }),
    exp: grant.refreshExpiresAt,
    iat: grant.rotatedAt ?? grant.createdAt,
    sub: grant.subject,
    iss: issuer,
  }
}

function isCurrent(grant: Grant, shownHash: string, now: EpochSeconds): boolean {
  const { revokedAt, refreshExpiresAt, currentHash } = grant
  return (
    revokedAt === undefined &&
    refreshExpiresAt !== undefined &&
    refreshExpiresAt > now &&
    currentHash === shownHash
  )
}
