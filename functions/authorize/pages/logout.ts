/** The pages of signing out. */
import type { Config } from '../../../shared/config/types.ts'
import { protectForm } from '../../../shared/http/forms.ts'
import { html } from '../../../shared/http/pages/html.ts'
import { type PageAnswer, showPage } from '../../../shared/http/pages/page.ts'
import type { PageRequest } from '../../../shared/http/pages/page-request.ts'
import { displayName, type SignedIn } from '../../../shared/http/sessions.ts'

export function logoutPage(
  request: PageRequest,
  { pages }: Config,
  { user, session, cookie }: SignedIn,
): PageAnswer {
  const form = protectForm(request, { purpose: 'logout', sessionId: session.id })
  const main = html`<h1>Sign out?</h1>
<p class="lead">You are signed in as <strong>${displayName(user)}</strong>. This signs you out in this browser. To sign out everywhere else, go to <a href="${request.path('account')}">your account</a>. Apps that you have allowed keep their access.</p>
<form method="post" action="${request.path('logout')}">
${form.field}
<div class="actions">
<a class="button quiet" href="${request.path('account')}">Stay signed in</a>
<button class="button">Sign out</button>
</div>
</form>`
  return showPage({ title: 'Sign out', serviceName: pages.serviceName, main }, request, {
    cookies: [cookie, ...form.cookies],
  })
}

export function signedOutPage(request: PageRequest, { pages }: Config): PageAnswer {
  const main = html`<h1>You are signed out</h1>
<p class="lead">On a shared computer, close the browser as well.</p>
<p><a class="button quiet" href="${request.path('login')}">Sign in again</a></p>`
  return showPage({ title: 'Signed out', serviceName: pages.serviceName, main }, request)
}
