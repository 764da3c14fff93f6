import { describe, expect, test } from 'vitest'
import { challengeFor, presentedToken } from '../../../shared/http/bearer-token.ts'

const bare = 'Bearer realm="oauth"'
const invalid = 'Bearer realm="oauth", error="invalid_token"'
const of = (authorization?: readonly string[], query: object | null = null) =>
  presentedToken({ headers: { authorization }, query: query as Record<string, unknown> | null })

describe('a token in the header (RFC 6750 §2.1)', () => {
  test.each([
    { value: 'Bearer abc', text: 'abc' },
    { value: 'bearer abc', text: 'abc' },
    { value: 'BEARER   abc', text: 'abc' },
    { value: 'Bearer a.b-c_d~e+f/g==', text: 'a.b-c_d~e+f/g==' },
    { value: `Bearer ${'x'.repeat(8000)}`, text: 'x'.repeat(8000) },
  ])('$value', ({ value, text }) => {
    expect(of([value])).toEqual({ kind: 'token', text })
    expect(of([value], {})).toEqual({ kind: 'token', text })
    expect(of([value], { other: 'access_token' })).toEqual({ kind: 'token', text })
  })
})

describe('what is no token is told apart from no credentials at all', () => {
  test.each([
    { values: undefined },
    { values: [] },
    ...['', ' ', ' Bearer a', 'Bearera', 'Bearers a', 'Basic YTpi', 'Token abc', 'DPoP abc', 'abc'].map(
      (value) => ({ values: [value] }),
    ),
  ])('no header, or another scheme (RFC 6750 §3.1): $values', ({ values }) => {
    const presented = of(values)
    expect(presented).toEqual({ kind: 'none' })
    expect(challengeFor(presented)).toBe(bare)
  })

  test.each([
    'Bearer',
    'Bearer ',
    'Bearer a b',
    'Bearer  a ',
    'Bearer\ta',
    'Bearer a,Bearer b',
    'Bearer a, b',
    'Bearer "a"',
    'Bearer =',
    'Bearer a=b',
    'Bearer é',
    'Bearer a\n',
  ])('%j is no bearer token', (value) => {
    const presented = of([value])
    expect(presented).toEqual({ kind: 'malformed', reason: 'no bearer token' })
    expect(challengeFor(presented)).toBe(invalid)
  })

  test.each([
    { values: ['Bearer a', 'Bearer a'] },
    { values: ['Bearer a', 'Bearer b'] },
    { values: ['Basic YTpi', 'Bearer a'] },
  ])('two headers are one too many, though one be good: $values', ({ values }) => {
    const presented = of(values)
    expect(presented).toEqual({ kind: 'malformed', reason: 'several Authorization headers' })
    expect(challengeFor(presented)).toBe(invalid)
  })

  test.each([
    { values: undefined, query: { access_token: 'abc' } },
    { values: ['Bearer a'], query: { access_token: 'abc' } },
    { values: ['Bearer a'], query: { access_token: '' } },
    { values: ['Bearer a'], query: { access_token: undefined } },
    { values: ['Basic YTpi'], query: { a: 'b', access_token: 'abc' } },
  ])('a token in the URL is refused, though the header be good (§2.3, §5.3): $query', ({ values, query }) => {
    const presented = of(values, query)
    expect(presented).toEqual({ kind: 'malformed', reason: 'a token in the query' })
    expect(challengeFor(presented)).toBe(invalid)
  })

  test('what a query inherits is not in the URL', () => {
    expect(of(['Bearer a'], Object.create({ access_token: 'x' }))).toEqual({ kind: 'token', text: 'a' })
  })
})

test('a good token is challenged as a bad one is, where it turns out to be one', () => {
  expect(challengeFor({ kind: 'token', text: 'a' })).toBe(invalid)
})
