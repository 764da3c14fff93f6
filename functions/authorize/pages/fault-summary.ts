import { type Html, html } from '../../../shared/http/pages/html.ts'

/**
 * What is wrong with a form, at its top: it takes the focus, so that a screen reader reads it first, and leads
 * to the field.
 *
 * @param fieldId the field's `id`; nothing where no field is to blame
 */
export function faultSummary(text: string, fieldId?: string): Html {
  const content = fieldId === undefined ? text : html`<a href="#${fieldId}">${text}</a>`
  return html`<div class="summary" role="alert" tabindex="-1" autofocus><p>${content}</p></div>`
}
