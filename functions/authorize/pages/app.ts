/** A client as people see it. */
import { type Html, html } from '../../../shared/http/pages/html.ts'
import type { Client } from '../../../shared/protocol/client.ts'
import { initials, isEmbeddedLogo } from '../../../shared/protocol/logo.ts'

/** Its logo, in a box that no image can leave; its initials where it has none that can be shown. */
export function logo({ clientName, logoUri }: Client): Html {
  const content = isEmbeddedLogo(logoUri) ? html`<img src="${logoUri}" alt="">` : initials(clientName)
  return html`<span class="logo" aria-hidden="true">${content}</span>`
}

/** Its homepage, by host: a link's text cannot pretend to lead elsewhere. */
export function homepage({ clientUri }: Client): Html | undefined {
  if (clientUri === undefined || !URL.canParse(clientUri)) return undefined
  const { protocol, href, host } = new URL(clientUri)
  if (protocol !== 'https:' && protocol !== 'http:') return undefined
  return html`<a class="app-home" href="${href}" target="_blank" rel="noopener noreferrer">${host}</a>`
}
