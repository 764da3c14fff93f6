import { toResponse } from '../../shared/http/answer.ts'
import { type AccessTokenServices, checkAccessToken } from '../../shared/http/check-access-token.ts'
import { type EdgeEvent, endpoint, type Handler } from '../../shared/http/endpoint.ts'
import { issuerOf } from '../../shared/http/issuer.ts'
import { fromMilliseconds } from '../../shared/protocol/brands.ts'
import { insufficientScope, invalidToken, type OAuthError } from '../../shared/protocol/errors.ts'
import type { Clock } from '../../shared/stores/memory.ts'
import type { User, UserReader } from '../../shared/stores/users.ts'

export interface UserinfoServices extends AccessTokenServices {
  readonly users: UserReader
  readonly clock: Clock
}

/** UserInfo, OpenID Connect Core 1.0 §5.3: what the granted scope lets a client know of its user. */
export function userinfoEndpoint(services: UserinfoServices): Handler {
  const { unauthorizedBody } = services.config.errors
  const refused = (reason: string) => invalidToken(reason, unauthorizedBody)
  return endpoint([], async (event) => {
    const now = fromMilliseconds(services.clock())
    const issuer = issuerOf(services.config.issuer, event.original)
    const token = await checkAccessToken(bearerToken(event, refused), issuer, now, services)
    if (!token) throw refused('the access token is not good')
    if (!token.scope.includes('openid')) throw insufficientScope(['openid'])
    const user = token.username === undefined ? undefined : await services.users.find(token.username)
    if (user?.subject !== token.subject) throw refused('the user is gone')
    return toResponse({ status: 200, body: claimsOf(user, token.scope) })
  })
}

/** RFC 6750 §2.1: the header alone; a token in a body or a URL ends up in places where tokens do not belong. */
function bearerToken({ multiValueHeaders }: EdgeEvent, refused: (reason: string) => OAuthError): string {
  const values = multiValueHeaders.authorization ?? []
  // RFC 6750 §3.1: who sent no credentials at all is asked for them, and told of no error.
  if (values.length === 0)
    throw refused('no credentials').with({ 'WWW-Authenticate': 'Bearer realm="oauth"' })
  const token =
    values.length === 1 ? /^bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(values[0] ?? '')?.[1] : undefined
  if (token === undefined) throw refused('no bearer token')
  return token
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
