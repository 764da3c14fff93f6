/** OAuth 2.0 Form Post Response Mode: the answer as a form that the browser posts to the client. */
import { html } from '../../../shared/http/pages/html.ts'
import { type PageAnswer, showPage } from '../../../shared/http/pages/page.ts'
import type { PageRequest } from '../../../shared/http/pages/page-request.ts'
import type { ResponseTarget } from '../../../shared/protocol/authorization-request.ts'

/** The only script there is, at an address of its own. Without scripts the person presses the button. */
export const formPostScript = 'document.forms[0].submit()\n'

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
  const script = html`<script src="${request.path('form-post.js')}"></script>`
  return showPage({ title, serviceName, main, script }, request, { cookies })
}
