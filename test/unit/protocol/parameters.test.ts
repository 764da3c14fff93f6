import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readParameters, requireParameter } from '../../../shared/protocol/parameters.ts'
import { oauthError } from '../../support/errors.ts'

describe('readParameters', () => {
  test.each([
    {
      what: 'texts',
      body: { grant_type: 'x', scope: 'a b' },
      expected: [
        ['grant_type', 'x'],
        ['scope', 'a b'],
      ],
    },
    { what: 'no parameter at all', body: {}, expected: [] },
    {
      what: 'an empty value as an omitted one (RFC 6749 §3.2)',
      body: { scope: '', grant_type: 'x' },
      expected: [['grant_type', 'x']],
    },
    { what: 'spaces as a value', body: { scope: ' ' }, expected: [['scope', ' ']] },
    {
      what: 'an object without a prototype, as querystring makes it',
      body: Object.assign(Object.create(null), { grant_type: 'x' }),
      expected: [['grant_type', 'x']],
    },
    {
      what: 'names of object members as mere names',
      body: JSON.parse('{"__proto__":"p","constructor":"c","toString":"t"}'),
      expected: [
        ['__proto__', 'p'],
        ['constructor', 'c'],
        ['toString', 't'],
      ],
    },
  ])('reads $what', ({ body, expected }) => {
    expect([...readParameters(body)]).toEqual(expected)
  })

  test('finds nothing on the prototype', () => {
    const parameters = readParameters({})
    expect(['__proto__', 'constructor', 'toString'].map((name) => parameters.get(name))).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  const notAnObject = 'The body must be a form or a JSON object'
  test.each([
    { body: null, description: notAnObject },
    { body: undefined, description: notAnObject },
    { body: ['grant_type'], description: notAnObject },
    { body: 'grant_type=x', description: notAnObject },
    { body: 1, description: notAnObject },
    { body: true, description: notAnObject },
    { body: { scope: ['a', 'b'] }, description: 'scope must be given once' },
    { body: { scope: ['a', 'a'] }, description: 'scope must be given once' },
    { body: { scope: [] }, description: 'scope must be given once' },
    { body: { scope: ['', ''] }, description: 'scope must be given once' },
    { body: { scope: 1 }, description: 'scope must be a text' },
    { body: { scope: true }, description: 'scope must be a text' },
    { body: { scope: null }, description: 'scope must be a text' },
    { body: { scope: { a: 1 } }, description: 'scope must be a text' },
    { body: { 'a"b\n': 1 }, description: 'A parameter must be a text' },
    { body: { ['x'.repeat(61)]: ['1', '2'] }, description: 'A parameter must be given once' },
    { body: { '': 1 }, description: 'A parameter must be a text' },
  ])('refuses $body', ({ body, description }) => {
    expect(() => readParameters(body)).toThrow(oauthError('invalid_request', description))
  })

  test('keeps every text as it came', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.string({ minLength: 1 }), { noNullPrototype: false }),
        (body) => {
          expect([...readParameters(body)]).toEqual(Object.entries(body))
        },
      ),
    )
  })
})

describe('requireParameter', () => {
  test('gives the value', () => {
    expect(requireParameter(readParameters({ code: 'c' }), 'code')).toBe('c')
  })
  test.each([{ body: {} }, { body: { code: '' } }])('names what is missing of $body', ({ body }) => {
    expect(() => requireParameter(readParameters(body), 'code')).toThrow(
      oauthError('invalid_request', 'code is required'),
    )
  })
})
