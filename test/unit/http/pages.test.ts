import { describe, expect, test } from 'vitest'
import { readCookies, setCookie } from '../../../shared/http/cookies.ts'
import { html } from '../../../shared/http/pages/html.ts'

describe('html', () => {
  test('escapes texts for content and for attributes', () => {
    const text = `<script>alert("1" & '2')</script>`
    expect(html`<a title="${text}">${text}</a>`.text).toBe(
      '<a title="&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;">&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;</a>',
    )
  })

  test('takes HTML as it is, lists in order, and nothing for what is not there', () => {
    expect(
      html`<ul>${['a', '<b>'].map((item) => html`<li>${item}</li>`)}${undefined}${false}${0}</ul>`.text,
    ).toBe('<ul><li>a</li><li>&lt;b&gt;</li>0</ul>')
  })

  test('does not take an object of the same shape for HTML', () => {
    expect(() => html`${{ text: '<b>' } as never}`).toThrow(TypeError)
  })
})

describe('cookies', () => {
  test('are read from one header or several, the first of a name', () => {
    expect([...readCookies(['a=1; b="x=y"', 'c=3; a=2', ' ;;d'])]).toEqual([
      ['a', '1'],
      ['b', '"x=y"'],
      ['c', '3'],
    ])
  })

  test('over 2 KB are a fault of ours', () => {
    expect(() => setCookie('session', 'x'.repeat(2_048), 'https://auth.example')).toThrow(
      'the cookie session is longer than 2 KB',
    )
  })
})
