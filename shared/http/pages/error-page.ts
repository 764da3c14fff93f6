/** The page that tells a person what went wrong. */
import { html } from './html.ts'
import { type PageAnswer, showPage } from './page.ts'
import type { PageError } from './page-error.ts'
import type { PageRequest } from './page-request.ts'

export function errorPage(
  error: PageError,
  serviceName: string,
  request: Pick<PageRequest, 'path'>,
): PageAnswer {
  const main = html`<h1>${error.title}</h1>
<p>${error.text}</p>
${error.retry !== undefined && html`<p><a class="button" href="${error.retry}">Try again</a></p>`}
${
  error.detail !== undefined &&
  html`<details><summary>For the app’s developer</summary><p class="detail">${error.detail}</p></details>`
}`
  const { status, headers } = error
  return showPage({ title: error.title, serviceName, main }, request, { status, headers })
}
