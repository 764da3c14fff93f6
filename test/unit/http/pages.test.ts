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

  test.each([
    ['no value', 'a=', [['a', '']]],
    ['no name', '=1; =; a=2', [['a', '2']]],
    ['no equal sign', 'a; b', []],
    ['several equal signs', 'a=b=c==', [['a', 'b=c==']]],
    ['quotes', 'a="b c"', [['a', '"b c"']]],
    ['spaces around', ' \ta= b c ', [['a', 'b c']]],
    [
      'a space after the name',
      'a =1; a=2',
      [
        ['a ', '1'],
        ['a', '2'],
      ],
    ],
    [
      'a name that a Unicode space makes another',
      '\u2000a=1;\u00a0a=2; a=3',
      [
        ['\u2000a', '1'],
        ['\u00a0a', '2'],
        ['a', '3'],
      ],
    ],
    ['spaces alone', ' '.repeat(9_000), []],
    ['many spaces', `a=${' '.repeat(9_000)}b${' '.repeat(9_000)}`, [['a', 'b']]],
    ['many spaces within', `a=b${' '.repeat(9_000)}c`, [['a', `b${' '.repeat(9_000)}c`]]],
  ])('with %s', (_, header, expected) => {
    expect([...readCookies([header])]).toEqual(expected)
  })

  test('over 2 KB are a fault of ours', () => {
    expect(() => setCookie('session', 'x'.repeat(2_048), 'https://auth.example')).toThrow(
      'the cookie session is longer than 2 KB',
    )
  })
})
