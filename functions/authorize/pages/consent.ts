/** The consent page: which app wants what of whom. */
import type { Config } from '../../../shared/config/types.ts'
import { protectForm } from '../../../shared/http/forms.ts'
import { type Html, html } from '../../../shared/http/pages/html.ts'
import { type PageAnswer, showPage } from '../../../shared/http/pages/page.ts'
import type { PageRequest } from '../../../shared/http/pages/page-request.ts'
import { displayName, type SignedIn } from '../../../shared/http/sessions.ts'
import { withParameters } from '../../../shared/protocol/request-parameters.ts'
import { type Pending, pendingField } from '../pending.ts'
import { homepage, logo } from './app.ts'

export function consentPage(
  request: PageRequest,
  config: Config,
  pending: Pending,
  { user, session, cookie }: SignedIn,
): PageAnswer {
  const { serviceName } = config.pages
  const { target, scope } = pending.authorization
  const { client, redirectUri } = target
  const form = protectForm(request, { purpose: 'consent', sessionId: session.id })
  const otherAccount = withParameters(pending.parameters, { prompt: 'login' }).query
  const main = html`<div class="app">${logo(client)}${homepage(client)}</div>
<h1>Allow ${client.clientName} to use your account?</h1>
<p class="lead" id="asks">It would be able to:</p>
<ul class="scopes" aria-labelledby="asks">${scope.map((name) => scopeItem(name, config))}</ul>
<p class="who"><span>Signed in as <strong>${displayName(user)}</strong></span><a href="${request.path('authorize')}?${otherAccount}">Use another account</a></p>
${client.tokensNeverExpire && html`<div class="notice calm"><p>This is an older app: its access does not end by itself, only when you withdraw it.</p></div>`}
<form method="post" action="${request.path('consent')}">
${form.field}
${pendingField(pending)}
<div class="actions">
<button class="button quiet" name="decision" value="refuse">Refuse</button>
<button class="button" name="decision" value="allow">Allow</button>
</div>
</form>
<p class="soft after">You will go to <strong>${redirectUri.host || redirectUri.protocol}</strong>. You can withdraw this at any time in <a href="${request.path('account')}">your account</a>.</p>`
  return showPage({ title: `Allow ${client.clientName}?`, serviceName, main }, request, {
    cookies: [cookie, ...form.cookies],
  })
}

function scopeItem(name: string, { scopes }: Config): Html {
  const description = Object.hasOwn(scopes, name) ? scopes[name]?.description : undefined
  return html`<li>${description ?? name}<span class="scope-name">${name}</span></li>`
}
