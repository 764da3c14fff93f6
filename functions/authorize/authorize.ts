/** The authorization endpoint, RFC 6749 §3.1: from the request to a code, with what the person has to do between. */
import { type PageAnswer, seeOther } from '../../shared/http/pages/page.ts'
import type { PageRequest } from '../../shared/http/pages/page-request.ts'
import type { SignedIn } from '../../shared/http/sessions.ts'
import type { AuthorizationRequest } from '../../shared/protocol/authorization-request.ts'
import type { RequestParameters } from '../../shared/protocol/request-parameters.ts'
import { covers } from '../../shared/protocol/scope.ts'
import { answerClient, answeringClient } from './answer-client.ts'
import { giveCode } from './code.ts'
import { mustConsent, mustSignIn, refuseInteraction } from './interaction.ts'
import { consentPage } from './pages/consent.ts'
import { loginPage } from './pages/login.ts'
import { readAuthorization, readTarget } from './request.ts'
import type { PageServices } from './services.ts'

export async function authorize(request: PageRequest, services: PageServices): Promise<PageAnswer> {
  const { config, clients, sessions, consents } = services
  const { serviceName } = config.pages
  const isPost = request.method === 'POST'
  const parameters = isPost ? request.form : request.query
  const target = await readTarget(parameters, config, clients)
  return answeringClient(target, request, serviceName, async () => {
    const authorization = readAuthorization(parameters, target, config)
    // OpenID Connect Core 1.0 §3.1.2.1 allows POST. The session does not come along with another site's form
    // (`SameSite=Lax`), and it does with the GET that this leads to.
    if (isPost) return seeOther(authorizePath(request, parameters))
    const signedIn = await sessions.read(request)
    if (!signedIn || mustSignIn(authorization, signedIn.session, request.now)) {
      refuseInteraction(authorization, 'login_required')
      return loginPage(request, config, { pending: { authorization, parameters } })
    }
    const consent = await consents.find(signedIn.user.username, target.client.clientId)
    if (mustConsent(authorization, consent, config)) {
      refuseInteraction(authorization, 'consent_required')
      return consentPage(request, config, { authorization, parameters }, signedIn)
    }
    // An app of the operator's own, which is not asked about: remembered all the same, so that it shows on the
    // account page. What was allowed before is not written again: a withdrawal at this moment would be undone.
    if (!covers(consent?.scope ?? [], authorization.scope, config.scopes))
      await consents.allow(signedIn.user.username, target.client.clientId, authorization.scope, request.now)
    return grantCode(authorization, request, signedIn, services)
  })
}

/** Gives the client its code; the person has signed in, and allowed it. */
export async function grantCode(
  authorization: AuthorizationRequest,
  request: PageRequest,
  { session, cookie }: SignedIn,
  { config, codes }: PageServices,
): Promise<PageAnswer> {
  const code = await giveCode(authorization, session, codes, config.authorize.codeTtlSeconds, request.now)
  return answerClient({ code }, authorization.target, request, config.pages.serviceName, [cookie])
}

/** The path that takes a request up again. */
export function authorizePath(request: PageRequest, { query }: RequestParameters): string {
  return `${request.path('authorize')}?${query}`
}
