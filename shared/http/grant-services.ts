/** What grants use, bound to one deployment and one request. */
import type { Config } from '../config/types.ts'
import { seconds } from '../protocol/brands.ts'
import { unsupportedGrantType } from '../protocol/errors.ts'
import type { GrantType } from '../protocol/grant-types.ts'
import { grantScope } from '../protocol/scope.ts'
import { signAccessToken } from '../tokens/access-token.ts'
import type { SigningKey } from '../tokens/signing-key.ts'
import type { GrantServices } from './grant.ts'

/**
 * @param signingKey gives the current key; throws while there is none
 * @throws OAuthError `unsupported_grant_type` when this deployment does not offer the grant
 */
export function grantServices(
  config: Config,
  grantType: GrantType,
  issuer: string,
  signingKey: () => Promise<SigningKey>,
): GrantServices {
  const settings = config.grants[grantType]
  if (!settings) throw unsupportedGrantType()
  const lifetime = seconds(settings.accessTokenTtlSeconds)
  return {
    scopes: {
      forClient: (requested, client) =>
        grantScope(requested, client.scope, machineScopes(config), config.scope),
    },
    tokens: {
      async issue({ client, subject, scope, requestedScope, now }) {
        const content = {
          issuer,
          audience: config.accessToken.audience ?? issuer,
          subject,
          clientId: client.clientId,
          scope,
          gid: `client:${client.clientId}`,
          generation: 0,
          issuedAt: now,
          lifetime,
        }
        const accessToken = await signAccessToken(content, await signingKey())
        return { accessToken, expiresIn: lifetime, scope, requestedScope }
      },
    },
  }
}

/** The catalogue without the scopes that are about a person: a client that acts for itself has nobody to tell of. */
function machineScopes({ scopes }: Config): Config['scopes'] {
  return Object.fromEntries(Object.entries(scopes).filter(([, { user }]) => !user))
}
