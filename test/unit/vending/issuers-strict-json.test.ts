import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseStrictObject } from '../../../shared/vending/issuers/strict-json.ts'

const parse = (text: string) => parseStrictObject(Buffer.from(text))

/** The same JSON text with every character of a name written as its escape. */
const escaped = (name: string) =>
  `"${[...Array(name.length).keys()].map((at) => `\\u${name.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`

describe('an object with unique names is what JSON.parse makes of it', () => {
  test('whatever it holds', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()),
        fc.nat(4),
        (value, indent) => {
          const text = JSON.stringify(value, undefined, indent)
          expect(parse(text)).toEqual(JSON.parse(text))
        },
      ),
    )
  })
  test.each([
    '{}',
    ' {"a":1} ',
    '{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}',
    '{"a\\"":1,"a":2}',
    '{"":0," ":1}',
  ])('%s', (text) => {
    expect(parse(text)).toEqual(JSON.parse(text))
  })
})

describe('a repeated name is refused', () => {
  const name = fc.string({ unit: 'grapheme' })
  test('wherever it is, whatever lies between, and however it is written', () => {
    const between = fc.dictionary(name, fc.jsonValue(), { maxKeys: 3 })
    const wrapped = fc.constantFrom<(text: string) => string>(
      (text) => text,
      (text) => `{"outer":${text}}`,
      (text) => `{"list":[1,{"x":"}"},[${text}]],"y":{}}`,
    )
    fc.assert(
      fc.property(name, between, fc.boolean(), wrapped, (repeated, others, isEscaped, wrap) => {
        const middle = JSON.stringify({ o: others }).slice(1, -1)
        const again = isEscaped ? escaped(repeated) : JSON.stringify(repeated)
        fc.pre(repeated !== 'o')
        const text = wrap(`{${JSON.stringify(repeated)}:1,${middle},${again} :2}`)
        expect(JSON.parse(text)).toBeInstanceOf(Object)
        expect(parse(text)).toBeUndefined()
      }),
    )
  })
  test.each([
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":1}',
    '{"a\\/":1,"a/":1}',
    '{"\\n":1,"\\u000a":1}',
    '{"\\ud83d\\udd11":1,"🔑":1}',
    '{"__proto__":1,"__proto__":1}',
    '{"a":[],"b":{},"a":[]}',
    '{"x":[[{"a":1,"a":1}]]}',
  ])('%s', (text) => {
    expect(parse(text)).toBeUndefined()
  })
})

describe('what is no object is refused', () => {
  test.each([
    '',
    'null',
    '[]',
    '[{}]',
    '1',
    '"{}"',
    '{',
    '{}{}',
    "{'a':1}",
    '{"a":1,}',
    '{a:1}',
    '\ufeff{}',
    '{"a":01}',
    '{"a":\u00a01}',
  ])('%j', (text) => {
    expect(parse(text)).toBeUndefined()
  })
  test('bytes that are no UTF-8', () => {
    expect(parseStrictObject(Buffer.from('7b2261223a22ff227d', 'hex'))).toBeUndefined()
    expect(parseStrictObject(Buffer.from('7b2261223a22eda080227d', 'hex'))).toBeUndefined()
  })
})
