/** Signing out. A GET only asks: an image on another page must not sign anybody out. */

import { checkForm } from '../../shared/http/forms.ts'
import { log } from '../../shared/http/log.ts'
import { type PageAnswer, seeOther } from '../../shared/http/pages/page.ts'
import type { PageRequest } from '../../shared/http/pages/page-request.ts'
import { logoutPage, signedOutPage } from './pages/logout.ts'
import type { PageServices } from './services.ts'

export async function logout(request: PageRequest, { config, sessions }: PageServices): Promise<PageAnswer> {
  const signedIn = await sessions.read(request)
  if (request.method === 'GET')
    return signedIn ? logoutPage(request, config, signedIn) : signedOutPage(request, config)
  // Another site's form comes without the session (`SameSite=Lax`): an answer that clears cookies would end it.
  if (!signedIn) return seeOther(request.path('logout'))
  checkForm(request, { purpose: 'logout', sessionId: signedIn.session.id })
  log.info('signed out', { subject: signedIn.user.subject })
  return seeOther(request.path('logout'), sessions.end(request))
}
