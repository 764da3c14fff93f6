/** The login page. */
import type { Config } from '../../../shared/config/types.ts'
import { protectForm } from '../../../shared/http/forms.ts'
import { type Html, html } from '../../../shared/http/pages/html.ts'
import { type PageAnswer, showPage } from '../../../shared/http/pages/page.ts'
import type { PageRequest } from '../../../shared/http/pages/page-request.ts'
import { MAX_PASSWORD_LENGTH } from '../../../shared/protocol/password.ts'
import { MAX_USERNAME_LENGTH } from '../../../shared/protocol/username.ts'
import { type Pending, pendingField } from '../pending.ts'
import { takesPasswords } from '../takes-passwords.ts'
import { homepage, logo } from './app.ts'
import { faultSummary } from './fault-summary.ts'

export type LoginFault = 'incomplete' | 'refused' | 'too many failures'

export interface LoginState {
  /** The app that the person is on the way to. */
  readonly pending?: Pending
  /** As it was typed. */
  readonly username?: string
  readonly fault?: LoginFault
  readonly retryAfterSeconds?: number
}

const statuses: Readonly<Record<LoginFault, number>> = {
  incomplete: 400,
  refused: 400,
  'too many failures': 429,
}

export function loginPage(request: PageRequest, config: Config, state: LoginState = {}): PageAnswer {
  const { pending, fault, retryAfterSeconds } = state
  const { serviceName } = config.pages
  const client = pending?.authorization.target.client
  const form = protectForm(request, { purpose: 'login' })
  const main = html`<h1>Sign in</h1>
${
  client
    ? html`<div class="app">${logo(client)}<span><span class="soft">to continue to</span> <strong class="app-name">${client.clientName}</strong>${homepage(client)}</span></div>`
    : html`<p class="lead">to manage your account</p>`
}
${fault && faultSummary(...faultText(fault, retryAfterSeconds))}
${config.upstream && upstreamForm(config.upstream.name, request, form.field, pending)}
${config.upstream && takesPasswords(config) && html`<p class="or">or</p>`}
${takesPasswords(config) && passwordForm(request, form.field, state, config.upstream === undefined)}
${client && cancelForm(client.clientName, request, form.field, pending)}`
  return showPage({ title: fault ? 'Error: Sign in' : 'Sign in', serviceName, main }, request, {
    status: fault ? statuses[fault] : 200,
    cookies: form.cookies,
    ...(retryAfterSeconds === undefined ? {} : { headers: { 'Retry-After': String(retryAfterSeconds) } }),
  })
}

function upstreamForm(name: string, request: PageRequest, field: Html, pending: Pending | undefined): Html {
  return html`<form method="post" action="${request.path('login')}">
${field}
${pendingField(pending)}
<button class="button wide" name="decision" value="upstream">Sign in with ${name}</button>
</form>`
}

function passwordForm(request: PageRequest, field: Html, state: LoginState, isOnlyWay: boolean): Html {
  return html`<form method="post" action="${request.path('login')}" novalidate>
${field}
${pendingField(state.pending)}
${usernameField(state, isOnlyWay)}
${passwordField(state.fault)}
<button class="button wide">Sign in</button>
</form>`
}

function cancelForm(
  clientName: string,
  request: PageRequest,
  field: Html,
  pending: Pending | undefined,
): Html {
  return html`<form class="cancel" method="post" action="${request.path('login')}">
${field}
${pendingField(pending)}
<button class="button link wide" name="decision" value="refuse">Cancel and go back to ${clientName}</button>
</form>`
}

/** The same text for an unknown user and for a wrong password: nobody learns who has an account. */
function faultText(fault: LoginFault, retryAfterSeconds = 0): [text: string, fieldId?: string] {
  switch (fault) {
    case 'incomplete':
      return ['Enter your user name and your password.', 'username']
    case 'refused':
      return ['User name or password is wrong.', 'password']
    case 'too many failures':
      return [`Too many attempts. Try again in ${waitingTime(retryAfterSeconds)}.`]
  }
}

function waitingTime(seconds: number): string {
  if (seconds <= 90) return 'a minute'
  return `${Math.ceil(seconds / 60)} minutes`
}

/** Takes the focus where nothing comes before it that could be missed. */
function usernameField({ username, pending, fault }: LoginState, isOnlyWay: boolean): Html {
  const value = username ?? pending?.authorization.loginHint ?? ''
  const focus = isOnlyWay && fault === undefined && value === ''
  return html`<div class="field">
<label for="username">User name</label>
<input type="text" id="username" name="username" value="${value}" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="${MAX_USERNAME_LENGTH}" required${focus && html` autofocus`}${fault === 'incomplete' && html` aria-invalid="true"`}>
</div>`
}

function passwordField(fault: LoginFault | undefined): Html {
  return html`<div class="field">
<label for="password">Password</label>
<input type="password" id="password" name="password" autocomplete="current-password" maxlength="${MAX_PASSWORD_LENGTH}" required${fault === 'refused' && html` aria-invalid="true"`}>
</div>`
}
