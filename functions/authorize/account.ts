/** What a person can do with their own account. */
import { checkForm } from '../../shared/http/forms.ts'
import { log } from '../../shared/http/log.ts'
import { type PageAnswer, seeOther } from '../../shared/http/pages/page.ts'
import { PageError } from '../../shared/http/pages/page-error.ts'
import type { PageRequest } from '../../shared/http/pages/page-request.ts'
import type { SignedIn } from '../../shared/http/sessions.ts'
import { changePassword } from './change-password.ts'
import { type AccountState, type AllowedApp, accountPage, type Done, done } from './pages/account.ts'
import { withdraw } from './revoke-grants.ts'
import type { PageServices } from './services.ts'

export async function account(request: PageRequest, services: PageServices): Promise<PageAnswer> {
  const signedIn = await services.sessions.read(request)
  if (!signedIn) return seeOther(request.path('login'))
  if (request.method === 'GET') return show(request, services, signedIn, { done: readDone(request) })
  checkForm(request, { purpose: 'account', sessionId: signedIn.session.id })
  switch (request.form.get('action')) {
    case 'withdraw':
      await withdraw(signedIn.user, request.form.get('client') ?? '', request.now, services)
      return seeDone('withdrawn', request, [signedIn.cookie])
    case 'password': {
      const outcome = await changePassword(request, signedIn, services)
      return 'fault' in outcome
        ? show(request, services, signedIn, { fault: outcome.fault })
        : seeDone('password', request, await services.sessions.begin(outcome.user, request))
    }
    case 'everywhere':
      return signOutEverywhere(request, signedIn, services)
    default:
      throw new PageError(400, 'Nothing to do', 'Go back to your account and choose what to do.')
  }
}

/**
 * This browser goes on in a session of the new version; every other one is of the old. Nobody has signed in by
 * it, so `auth_time` and the session's end stay.
 */
async function signOutEverywhere(
  request: PageRequest,
  { user, session }: SignedIn,
  { users, sessions }: PageServices,
): Promise<PageAnswer> {
  const sessionVersion = await users.endSessions(user.username)
  log.info('signed out everywhere', { subject: user.subject })
  const cookies = await sessions.begin({ ...user, sessionVersion }, request, session.authTime)
  return seeDone('everywhere', request, cookies)
}

async function show(
  request: PageRequest,
  services: PageServices,
  signedIn: SignedIn,
  state: Omit<AccountState, 'apps'>,
): Promise<PageAnswer> {
  const apps = await allowedApps(signedIn, services)
  return accountPage(request, services.config, signedIn, { ...state, apps })
}

/** A client that was removed since is left out: nobody can use what was allowed to it. */
async function allowedApps({ user }: SignedIn, { consents, clients }: PageServices): Promise<AllowedApp[]> {
  const allowed = await consents.ofUser(user.username)
  const found = await Promise.all(
    allowed.map(async ({ clientId, scope }) => ({ client: await clients.find(clientId), scope })),
  )
  return found
    .flatMap(({ client, scope }) => (client ? [{ client, scope }] : []))
    .sort((one, other) => one.client.clientName.localeCompare(other.client.clientName, 'en'))
}

/** After a POST the page is asked for anew, so that reloading it does nothing twice. */
function seeDone(what: Done, request: PageRequest, cookies: readonly string[]): PageAnswer {
  return seeOther(`${request.path('account')}?done=${what}`, cookies)
}

function readDone({ query }: PageRequest): Done | undefined {
  const value = query.get('done')
  return value !== undefined && Object.hasOwn(done, value) ? (value as Done) : undefined
}
