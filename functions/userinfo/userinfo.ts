import { type Answer, toResponse } from '../../shared/http/answer.ts'
import { challengeFor, presentedToken } from '../../shared/http/bearer-token.ts'
import {
  type AccessToken,
  type AccessTokenServices,
  checkAccessToken,
} from '../../shared/http/check-access-token.ts'
import { endpoint, type Handler } from '../../shared/http/endpoint.ts'
import { issuerOf } from '../../shared/http/issuer.ts'
import type { TokenDeployment } from '../../shared/http/token-endpoint.ts'
import { strangersRate, withinRate } from '../../shared/http/within-rate.ts'
import { fromMilliseconds } from '../../shared/protocol/brands.ts'
import { insufficientScope, invalidToken } from '../../shared/protocol/errors.ts'
import type { User, UserReader } from '../../shared/stores/users.ts'

export interface UserinfoServices extends AccessTokenServices, TokenDeployment {
  readonly users: UserReader
}

/**
 * UserInfo, OpenID Connect Core 1.0 §5.3: what the granted scope lets a client know of its user.
 *
 * A request counts in the same window as those of its token at the API.
 */
export function userinfoEndpoint(services: UserinfoServices): Handler {
  const { unauthorizedBody } = services.config.errors
  const refused = (reason: string) => invalidToken(reason, unauthorizedBody)
  return endpoint(
    [],
    async (event) => {
      const now = fromMilliseconds(services.clock())
      const issuer = issuerOf(services.config.issuer, event.original)
      const presented = presentedToken({
        headers: event.multiValueHeaders,
        query: event.queryStringParameters,
      })
      if (presented.kind !== 'token')
        throw refused(presented.kind === 'none' ? 'no credentials' : presented.reason).with({
          'WWW-Authenticate': challengeFor(presented),
        })
      const token = await checkAccessToken(presented.text, issuer, now, services)
      if (!token) throw refused('the access token is not good')
      const client = await services.clients.find(token.clientId)
      if (!client) throw refused('an access token of a client that is gone')
      const user = async () => token.subject
      return toResponse(await withinRate({ client, user, now }, services, () => answer(token)))
    },
    strangersRate(services),
  )

  async function answer({ scope, username, subject }: AccessToken): Promise<Answer> {
    if (!scope.includes('openid')) throw insufficientScope(['openid'])
    const user = username === undefined ? undefined : await services.users.find(username)
    if (user?.subject !== subject) throw refused('the user is gone')
    return { status: 200, body: claimsOf(user, scope) }
  }
}

/** §5.4: which claims a scope asks for. */
function claimsOf({ subject, name, email, emailVerified, username }: User, scope: readonly string[]): object {
  const profile = { ...(name === undefined ? {} : { name }), preferred_username: username }
  const mail = email === undefined ? {} : { email, email_verified: emailVerified ?? false }
  return {
    sub: subject,
    ...(scope.includes('profile') ? profile : {}),
    ...(scope.includes('email') ? mail : {}),
  }
}
