/** HTML that escapes by construction: what is put into a template is text, unless it is HTML already. */

/** A piece of HTML. Only `html` makes one, so no text becomes HTML by mistake. */
export class Html {
  readonly text: string

  private constructor(text: string) {
    this.text = text
  }

  static join(strings: TemplateStringsArray, values: readonly HtmlValue[]): Html {
    return new Html(strings.map((part, index) => part + render(values[index])).join(''))
  }
}

/** What a template takes; nothing is rendered for `undefined` and `false`. */
export type HtmlValue = Html | string | number | undefined | false | readonly HtmlValue[]

/**
 * A template. Texts are escaped for element content and for attribute values in quotes alike, so every
 * attribute's value stands in quotes.
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return Html.join(strings, values)
}

function render(value: HtmlValue): string {
  if (value === undefined || value === false) return ''
  if (value instanceof Html) return value.text
  if (typeof value === 'object') return value.map(render).join('')
  return escapeText(String(value))
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeText(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character)
}
