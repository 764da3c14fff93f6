import { type AccessTokenServices, readAccessToken } from '../../shared/http/check-access-token.ts'
import { clientEndpoint } from '../../shared/http/client-endpoint.ts'
import type { Handler } from '../../shared/http/endpoint.ts'
import { issuerOf } from '../../shared/http/issuer.ts'
import { log } from '../../shared/http/log.ts'
import type { TokenDeployment } from '../../shared/http/token-endpoint.ts'
import { after, type EpochSeconds, seconds } from '../../shared/protocol/brands.ts'
import type { Client } from '../../shared/protocol/client.ts'
import { sha256 } from '../../shared/protocol/hash.ts'
import { requireParameter } from '../../shared/protocol/parameters.ts'
import type { GrantStore } from '../../shared/stores/grants.ts'
import type { TokenStore } from '../../shared/stores/tokens.ts'
import { gidOf, parseRefreshToken } from '../../shared/tokens/refresh-token.ts'
import type { SymmetricKeys } from '../../shared/tokens/symmetric-keys.ts'

export interface RevocationServices extends Omit<AccessTokenServices, 'liveness'> {
  readonly grants: Pick<GrantStore, 'find' | 'revoke'>
  readonly revocations: Pick<TokenStore, 'revoke' | 'deny'>
  /** Nothing where the deployment has no refresh tokens. */
  readonly refreshKeys: (() => Promise<SymmetricKeys>) | undefined
}

/**
 * Token revocation, RFC 7009.
 *
 * Ending a refresh token ends its grant, and with it every access token of the grant (§2.1). A 200 means dead
 * everywhere at once, since every check reads consistently. A token that is unknown, or another client's, is
 * answered with 200 as well (§2.2): the caller has what it wanted, or learns nothing.
 */
export function revocationEndpoint(deployment: TokenDeployment, services: RevocationServices): Handler {
  return clientEndpoint(
    deployment,
    ['token', 'token_type_hint'],
    async ({ client, parameters, event, now }) => {
      const token = requireParameter(parameters, 'token')
      const issuer = issuerOf(deployment.config.issuer, event)
      // `token_type_hint` only tells where to look first (§2.1), and one look tells the kinds apart here.
      const revoked =
        (await revokeRefreshToken(token, client, now, services)) ||
        (await revokeAccessToken(token, issuer, client, now, services))
      log.info('revocation', { revoked })
      return { status: 200, body: {} }
    },
  )
}

async function revokeRefreshToken(
  text: string,
  client: Client,
  now: EpochSeconds,
  { config, grants, refreshKeys }: RevocationServices,
): Promise<boolean> {
  if (!refreshKeys) return false
  const token = parseRefreshToken(text, (await refreshKeys()).find, config.refresh)
  if (!token) return false
  const gid = gidOf(token.grantId)
  const grant = await grants.find(gid)
  if (grant?.clientId !== client.clientId) return false
  await grants.revoke(gid, now, grant.expiresAt ?? after(now, seconds(config.refresh.ttlSeconds)))
  return true
}

async function revokeAccessToken(
  text: string,
  issuer: string,
  client: Client,
  now: EpochSeconds,
  services: RevocationServices,
): Promise<boolean> {
  const token = await readAccessToken(text, issuer, now, services)
  if (token?.clientId !== client.clientId) return false
  if (token.jti !== undefined && token.expiresAt !== undefined)
    await services.revocations.deny(token.jti, token.expiresAt)
  else await services.revocations.revoke(sha256(text), now)
  return true
}
