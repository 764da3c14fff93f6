import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../../../shared/vending/canonical-json.ts'

describe('canonical JSON (RFC 8785 §3.2)', () => {
  test.each([
    [null, 'null'],
    [true, 'true'],
    [0, '0'],
    [-0, '0'],
    [1e21, '1e+21'],
    ['', '""'],
    ['é"\\\n\u2028', '"é\\"\\\\\\n\u2028"'],
    [[], '[]'],
    [{}, '{}'],
    [[1, [2], { b: 1, a: [] }], '[1,[2],{"a":[],"b":1}]'],
    [{ b: 1, a: { d: null, c: 2 } }, '{"a":{"c":2,"d":null},"b":1}'],
    [{ a: undefined, b: 1 }, '{"b":1}'],
    // By UTF-16 code units: a surrogate pair comes before U+FB33, though its code point is the greater.
    [{ '\ufb33': 1, '😀': 2, '\u20ac': 3, '1': 4 }, '{"1":4,"€":3,"😀":2,"\ufb33":1}'],
    [{ 10: 1, 9: 2 }, '{"10":1,"9":2}'],
    [JSON.parse('{"__proto__":1,"constructor":2}'), '{"__proto__":1,"constructor":2}'],
    [Object.assign(Object.create(null), { a: 1 }), '{"a":1}'],
  ])('of %j is %s', (value, text) => {
    expect(canonicalJson(value)).toBe(text)
  })

  test.each([
    undefined,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1n,
    Symbol('a'),
    () => 1,
    new Date(0),
    new Map(),
    /a/,
    [undefined],
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
    [1, , 2],
    { a: [Number.NaN] },
  ])('refuses what JSON cannot say: %s', (value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError)
  })

  test('reads back as the same value, and says the same for members in any order', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value))
        const text = canonicalJson(plain)
        expect(JSON.parse(text)).toEqual(plain)
        expect(canonicalJson(backwards(plain))).toBe(text)
      }),
    )
  })
  test('tells different values apart', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        const [first, second] = [one, other].map((value): unknown => JSON.parse(JSON.stringify(value)))
        const same = canonicalJson(first) === canonicalJson(second)
        expect(same).toBe(isEqual(first, second))
      }),
    )
  })
})

/** The same value, the members of its objects in the opposite order. */
function backwards(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(backwards)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([name, member]) => [name, backwards(member)] as const)
  return Object.fromEntries(members.reverse())
}

function isEqual(one: unknown, other: unknown): boolean {
  try {
    expect(one).toEqual(other)
    return true
  } catch {
    return false
  }
}
