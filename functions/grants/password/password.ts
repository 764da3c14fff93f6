import { defineGrant, optionalScope, required } from '../../../shared/http/grant.ts'
import { beginGrant, type IssuingServices } from '../../../shared/http/issue-tokens.ts'
import { type SignInServices, signIn } from '../../../shared/http/sign-in.ts'
import { after, seconds } from '../../../shared/protocol/brands.ts'
import { type Client, isConfidential } from '../../../shared/protocol/client.ts'
import { invalidGrant, tooManyRequests, unauthorizedClient } from '../../../shared/protocol/errors.ts'
import { grantScope } from '../../../shared/protocol/scope.ts'
import type { ConsentStore } from '../../../shared/stores/consents.ts'
import type { GrantStore } from '../../../shared/stores/grants.ts'
import { gidOf, newGrantId } from '../../../shared/tokens/refresh-token.ts'

export interface PasswordServices extends IssuingServices {
  readonly signIn: SignInServices
  readonly consents: Pick<ConsentStore, 'allow'>
  readonly revocations: Pick<GrantStore, 'revoke'>
}

/**
 * Password grant, RFC 6749 §4.3, for the operator's own apps alone: whoever else saw a password could keep it,
 * which is why RFC 9700 §2.4 forbids the grant otherwise. A deployment has it only where it asks for it.
 */
export const password = defineGrant<PasswordServices>()({
  grantType: 'password',
  clientType: 'any',
  parameters: { username: required, password: required, scope: optionalScope },

  async issue({ client, parameters, source, now }, services) {
    if (!client.firstParty) throw unauthorizedClient('The password grant is for first-party clients')
    const { config } = services
    const scope = grantScope(parameters.scope, client.scope, config.scopes, config.scope)
    const result = await signIn(parameters, await source(), now, countedFor(client, services.signIn))
    if (result.outcome === 'too many failures')
      throw tooManyRequests({ 'Retry-After': String(result.retryAfterSeconds) })
    if (result.outcome === 'refused') throw invalidGrant(result.reason)
    const { username, subject } = result.user
    // Recorded, so that the person sees the app on the account page, and can withdraw what it got.
    await services.consents.allow(username, client.clientId, scope, now)
    const grantId = newGrantId()
    const authorization = {
      client,
      subject,
      username,
      scope,
      requestedScope: parameters.scope,
      authTime: now,
      now,
    }
    const issued = await beginGrant('password', authorization, services, grantId)
    // Asked again, now that there is a grant: a password change that ended in between has found none to revoke.
    const user = await services.signIn.users.find(username)
    if (user?.sessionVersion === result.user.sessionVersion) return issued
    await services.revocations.revoke(
      gidOf(grantId),
      now,
      after(now, seconds(services.config.refresh.ttlSeconds)),
    )
    throw invalidGrant('the password was changed meanwhile')
  },
})

/**
 * Behind a confidential client everybody has its server's address: what strangers guess there in all must not
 * lock the app out. One name's failures count there as everywhere.
 */
function countedFor(client: Client, services: SignInServices): SignInServices {
  if (!isConfidential(client)) return services
  return { ...services, limits: { ...services.limits, failuresPerSource: Number.POSITIVE_INFINITY } }
}
