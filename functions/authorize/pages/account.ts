/** The account page: which apps have access, the password, and where one is signed in. */
import type { Config } from '../../../shared/config/types.ts'
import { protectForm } from '../../../shared/http/forms.ts'
import { type Html, html } from '../../../shared/http/pages/html.ts'
import { type PageAnswer, showPage } from '../../../shared/http/pages/page.ts'
import type { PageRequest } from '../../../shared/http/pages/page-request.ts'
import { displayName, type SignedIn } from '../../../shared/http/sessions.ts'
import type { Client } from '../../../shared/protocol/client.ts'
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '../../../shared/protocol/password.ts'
import { homepage, logo } from './app.ts'
import { faultSummary } from './fault-summary.ts'

/** An app that the user has allowed something. */
export interface AllowedApp {
  readonly client: Client
  readonly scope: readonly string[]
}

/** What was just done, and is told at the top. */
export const done = {
  withdrawn: 'The app has no access any more.',
  password: 'Your password is changed. Everything else is signed out, apps included.',
  everywhere: 'You are signed out everywhere else.',
} as const

export type Done = keyof typeof done

export type PasswordFault =
  | { readonly field: 'current-password' | 'new-password' | 'repeat-password'; readonly text: string }
  | { readonly field: undefined; readonly text: string; readonly retryAfterSeconds: number }

export interface AccountState {
  readonly apps: readonly AllowedApp[]
  readonly done?: Done | undefined
  readonly fault?: PasswordFault
}

export function accountPage(
  request: PageRequest,
  config: Config,
  { user, session, cookie }: SignedIn,
  state: AccountState,
): PageAnswer {
  const { serviceName } = config.pages
  const form = protectForm(request, { purpose: 'account', sessionId: session.id })
  const { fault } = state
  const main = html`<h1>Your account</h1>
<p class="who"><span>Signed in as <strong>${displayName(user)}</strong></span><a href="${request.path('logout')}">Sign out</a></p>
${state.done && html`<div class="notice good" role="status"><p>${done[state.done]}</p></div>`}
${fault && faultSummary(fault.text, fault.field)}
<section aria-labelledby="apps"><h2 id="apps">Apps with access</h2>
${appList(state.apps, config, request, form.field)}</section>
${user.passwordHash !== undefined && passwordSection(request, form.field, user.username, fault)}
<section aria-labelledby="everywhere"><h2 id="everywhere">Other devices</h2>
<p class="soft">Signs you out in every other browser. Apps keep the access that you have allowed.</p>
<form method="post" action="${request.path('account')}">
${form.field}
<button class="button quiet" name="action" value="everywhere">Sign out everywhere else</button>
</form></section>`
  return showPage({ title: fault ? 'Error: Your account' : 'Your account', serviceName, main }, request, {
    status: fault ? (fault.field === undefined ? 429 : 400) : 200,
    cookies: [cookie, ...form.cookies],
    ...(fault && fault.field === undefined
      ? { headers: { 'Retry-After': String(fault.retryAfterSeconds) } }
      : {}),
  })
}

function appList(apps: readonly AllowedApp[], config: Config, request: PageRequest, field: Html): Html {
  if (apps.length === 0) return html`<p class="soft">No app has access to your account.</p>`
  const items = apps.map(
    ({
      client,
      scope,
    }) => html`<li>${logo(client)}<div><strong class="app-name">${client.clientName}</strong>${homepage(client)}
<ul>${scope.map((name) => html`<li>${describe(name, config)}</li>`)}</ul></div>
<form method="post" action="${request.path('account')}">
${field}
<input type="hidden" name="client" value="${client.clientId}">
<button class="button quiet small" name="action" value="withdraw" aria-label="Withdraw the access of ${client.clientName}">Withdraw</button>
</form></li>`,
  )
  return html`<ul class="apps">${items}</ul>`
}

/** A scope that the catalogue has dropped since is told by its name. */
function describe(name: string, { scopes }: Config): string {
  return (Object.hasOwn(scopes, name) ? scopes[name]?.description : undefined) ?? name
}

function passwordSection(
  request: PageRequest,
  field: Html,
  username: string,
  fault: PasswordFault | undefined,
): Html {
  const input = (id: 'current-password' | 'new-password' | 'repeat-password', label: string, hint?: Html) => {
    const isFaulty = fault?.field === id
    return html`<div class="field">
<label for="${id}">${label}</label>
${hint}
${isFaulty && html`<p class="field-error" id="${id}-error">${fault.text}</p>`}
<input type="password" id="${id}" name="${id}" autocomplete="${id === 'current-password' ? id : 'new-password'}" maxlength="${MAX_PASSWORD_LENGTH}" required${hint && html` aria-describedby="${id}-hint"`}${isFaulty && html` aria-invalid="true" aria-errormessage="${id}-error"`}>
</div>`
  }
  return html`<section aria-labelledby="password"><h2 id="password">Change your password</h2>
<p class="soft">Signs you out everywhere else, and ends the access of every app until you sign in there again.</p>
<form method="post" action="${request.path('account')}" novalidate>
${field}
<input type="text" name="username" value="${username}" autocomplete="username" hidden>
${input('current-password', 'Current password')}
${input('new-password', 'New password', html`<p class="hint" id="new-password-hint">At least ${MIN_PASSWORD_LENGTH} characters. A few words are better than one with symbols.</p>`)}
${input('repeat-password', 'New password again')}
<button class="button" name="action" value="password">Change password</button>
</form></section>`
}
