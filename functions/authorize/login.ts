/** The login page, by itself or on the way to an app. */
import { checkForm } from '../../shared/http/forms.ts'
import { log } from '../../shared/http/log.ts'
import { type PageAnswer, seeOther } from '../../shared/http/pages/page.ts'
import { PageError } from '../../shared/http/pages/page-error.ts'
import type { PageRequest } from '../../shared/http/pages/page-request.ts'
import { signIn } from '../../shared/http/sign-in.ts'
import { AuthorizationError } from '../../shared/protocol/authorization-error.ts'
import { afterSignIn } from './after-sign-in.ts'
import { answeringClient } from './answer-client.ts'
import { authorizePath } from './authorize.ts'
import { loginPage } from './pages/login.ts'
import { type Pending, pendingParameters } from './pending.ts'
import { readAuthorization, readTarget } from './request.ts'
import type { PageServices } from './services.ts'
import { takesPasswords } from './takes-passwords.ts'
import { beginUpstream } from './upstream/sign-in.ts'

export async function login(request: PageRequest, services: PageServices): Promise<PageAnswer> {
  return request.method === 'POST' ? submit(request, services) : show(request, services)
}

async function show(request: PageRequest, { config, sessions }: PageServices): Promise<PageAnswer> {
  const signedIn = await sessions.read(request)
  return signedIn ? seeOther(request.path('account'), [signedIn.cookie]) : loginPage(request, config)
}

async function submit(request: PageRequest, services: PageServices): Promise<PageAnswer> {
  checkForm(request, { purpose: 'login' })
  const { config, clients } = services
  const parameters = pendingParameters(request)
  if (!parameters) return decide(request, undefined, services)
  const target = await readTarget(parameters, config, clients)
  return answeringClient(target, request, config.pages.serviceName, async () => {
    const authorization = readAuthorization(parameters, target, config)
    // §4.1.2.1. Nobody has to sign in to say no.
    if (request.form.get('decision') === 'refuse')
      throw new AuthorizationError('access_denied', 'The user refused')
    return decide(request, { authorization, parameters }, services)
  })
}

async function decide(
  request: PageRequest,
  pending: Pending | undefined,
  services: PageServices,
): Promise<PageAnswer> {
  const { config, upstream } = services
  if (upstream && request.form.get('decision') === 'upstream')
    return beginUpstream(request, pending, upstream, config)
  if (takesPasswords(config)) return checkPassword(request, pending, services)
  throw new PageError(400, 'No passwords here', 'Go back and sign in as the page offers it.')
}

async function checkPassword(
  request: PageRequest,
  pending: Pending | undefined,
  { config, sessions, signIn: signInServices }: PageServices,
): Promise<PageAnswer> {
  const { form, source, now } = request
  const username = form.get('username') ?? ''
  const password = form.get('password') ?? ''
  const again = pending === undefined ? { username } : { username, pending }
  if (username === '' || password === '') return loginPage(request, config, { ...again, fault: 'incomplete' })
  const result = await signIn({ username, password }, await source(), now, signInServices)
  switch (result.outcome) {
    case 'too many failures': {
      log.warn('sign-in refused', { reason: result.outcome })
      const { outcome: fault, retryAfterSeconds } = result
      return loginPage(request, config, { ...again, fault, retryAfterSeconds })
    }
    case 'refused':
      log.warn('sign-in refused', { reason: result.reason })
      return loginPage(request, config, { ...again, fault: 'refused' })
    case 'signed in': {
      log.info('signed in', { subject: result.user.subject })
      const next = pending ? authorizePath(request, afterSignIn(pending.parameters)) : request.path('account')
      return seeOther(next, await sessions.begin(result.user, request))
    }
  }
}
