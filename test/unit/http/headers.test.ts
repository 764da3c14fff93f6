import { expect, test } from 'vitest'
import { mergedByName } from '../../../shared/http/headers.ts'

test.each<{ what: string; headers: Parameters<typeof mergedByName>[0]; merged: object }>([
  { what: 'none, which API Gateway tells as null', headers: null, merged: {} },
  { what: 'none', headers: {}, merged: {} },
  { what: 'one', headers: { Accept: ['a'] }, merged: { accept: ['a'] } },
  { what: 'two values', headers: { Accept: ['a', 'b'] }, merged: { accept: ['a', 'b'] } },
  {
    what: 'two spellings, which are one header given twice',
    headers: { AUTHORIZATION: ['a'], Other: ['c'], authorization: ['b'] },
    merged: { authorization: ['a', 'b'], other: ['c'] },
  },
  {
    what: 'a name without values',
    headers: { Accept: undefined, Host: ['h'] },
    merged: { accept: [], host: ['h'] },
  },
  {
    what: 'names that objects have of their own',
    headers: { Constructor: ['a'], ToString: ['b'], HasOwnProperty: ['c'] },
    merged: { constructor: ['a'], tostring: ['b'], hasownproperty: ['c'] },
  },
])('header names become lower case: $what', ({ headers, merged }) => {
  expect(mergedByName(headers)).toEqual(merged)
})

test('a header called __proto__ is a header as any other', () => {
  const merged = mergedByName(JSON.parse('{"__proto__":["a"],"__PROTO__":["b"]}'))
  expect(Object.entries(merged)).toEqual([['__proto__', ['a', 'b']]])
  expect(Object.getPrototypeOf(merged)).toBe(Object.prototype)
})

test('what came in is left as it was', () => {
  const headers = { A: ['1'], a: ['2'] }
  mergedByName(headers)
  expect(headers).toEqual({ A: ['1'], a: ['2'] })
})
