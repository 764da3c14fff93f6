/** OAuth 2.0 Form Post Response Mode: the answer as a form that the browser posts to the client. */
import { createHash } from 'node:crypto'
import { html } from '../../../shared/http/pages/html.ts'
import { type PageAnswer, showPage } from '../../../shared/http/pages/page.ts'
import type { PageRequest } from '../../../shared/http/pages/page-request.ts'
import type { ResponseTarget } from '../../../shared/protocol/authorization-request.ts'

/** The only script there is; the policy allows it by its hash. Without scripts the person presses the button. */
const script = html`<script>document.forms[0].submit()</script>`
const scriptHash = `sha256-${createHash('sha256').update('document.forms[0].submit()').digest('base64')}`

export function formPostPage(
  { redirectUri, client }: ResponseTarget,
  parameters: readonly (readonly [name: string, value: string])[],
  request: PageRequest,
  serviceName: string,
  cookies: readonly string[],
): PageAnswer {
  const fields = parameters.map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )
  const main = html`<h1>Going back to ${client.clientName}</h1>
<form method="post" action="${redirectUri.href}">
${fields}
<noscript><button class="button wide">Continue</button></noscript>
</form>`
  const title = `Going back to ${client.clientName}`
  return showPage({ title, serviceName, main, script, scriptHash }, request, { cookies })
}
