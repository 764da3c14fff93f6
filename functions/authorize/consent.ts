/** What the person answers on the consent page. */
import { checkForm } from '../../shared/http/forms.ts'
import { log } from '../../shared/http/log.ts'
import { type PageAnswer, seeOther } from '../../shared/http/pages/page.ts'
import { PageError } from '../../shared/http/pages/page-error.ts'
import type { PageRequest } from '../../shared/http/pages/page-request.ts'
import { AuthorizationError } from '../../shared/protocol/authorization-error.ts'
import { answeringClient } from './answer-client.ts'
import { authorizePath, grantCode } from './authorize.ts'
import { mustSignIn } from './interaction.ts'
import { pendingParameters } from './pending.ts'
import { readAuthorization, readTarget } from './request.ts'
import type { PageServices } from './services.ts'

export async function consent(request: PageRequest, services: PageServices): Promise<PageAnswer> {
  const { config, clients, consents, sessions } = services
  const parameters = pendingParameters(request)
  if (!parameters)
    throw new PageError(400, 'Nothing to decide', 'Go back to the app and start again from there.')
  const target = await readTarget(parameters, config, clients)
  return answeringClient(target, request, config.pages.serviceName, async () => {
    const signedIn = await sessions.read(request)
    const authorization = readAuthorization(parameters, target, config)
    // The session ended while the page was open: sign in, and be asked again.
    if (!signedIn || mustSignIn(authorization, signedIn.session, request.now))
      return seeOther(authorizePath(request, parameters))
    checkForm(request, { purpose: 'consent', sessionId: signedIn.session.id })
    if (request.form.get('decision') !== 'allow')
      throw new AuthorizationError('access_denied', 'The user refused') // §4.1.2.1
    const { username, subject } = signedIn.user
    const { clientId } = target.client
    await consents.allow(username, clientId, authorization.scope, request.now)
    log.info('consent given', { client_id: clientId, subject, scope: authorization.scope })
    return grantCode(authorization, request, signedIn, services)
  })
}
