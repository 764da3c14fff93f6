import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatQuery, queryFields } from '../../../../functions/api/upstream/query.ts'
import { type MatchedPath, requestPath } from '../../../../functions/api/upstream/request-path.ts'
import { oauthError } from '../../../support/errors.ts'

const one = (segment: string): MatchedPath => ({
  resource: '/files/{name}',
  path: `/files/${segment}`,
  pathParameters: { name: decodeOr(segment) },
})
const greedy = (rest: string): MatchedPath => ({
  resource: '/trees/{path+}',
  path: `/trees/${rest}`,
  pathParameters: { path: decodeOr(rest) },
})
const refused = (reason: string) =>
  oauthError('invalid_request', 'The path is not valid', `the path: ${reason}`)

function decodeOr(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

describe('a path reaches the upstream as it was meant', () => {
  test.each([
    { sent: 'a', path: '/files/a', name: 'a' },
    { sent: 'a%20b', path: '/files/a%20b', name: 'a b' },
    { sent: '%C3%A9', path: '/files/%C3%A9', name: 'é' },
    { sent: 'é', path: '/files/%C3%A9', name: 'é' },
    { sent: '%F0%9F%98%80', path: '/files/%F0%9F%98%80', name: '😀' },
    { sent: 'a+b', path: '/files/a%2Bb', name: 'a+b' },
    { sent: '%41', path: '/files/A', name: 'A' },
    { sent: 'a;b=c', path: '/files/a%3Bb%3Dc', name: 'a;b=c' },
    { sent: '...', path: '/files/...', name: '...' },
    { sent: '..a', path: '/files/..a', name: '..a' },
    { sent: '.git', path: '/files/.git', name: '.git' },
    { sent: '%2e%2ea', path: '/files/..a', name: '..a' },
    { sent: '100%25', path: '/files/100%25', name: '100%' },
    { sent: '%2541', path: '/files/%2541', name: '%41' },
    { sent: '~-._', path: '/files/~-._', name: '~-._' },
    { sent: '%3Fa%23b', path: '/files/%3Fa%23b', name: '?a#b' },
    { sent: '...%3F', path: '/files/...%3F', name: '...?' },
    { sent: '%20..', path: '/files/%20..', name: ' ..' },
    { sent: 'a?b#c', path: '/files/a%3Fb%23c', name: 'a?b#c' },
    { sent: '{name}', path: '/files/%7Bname%7D', name: '{name}' },
  ])('$sent as $path', ({ sent, path, name }) => {
    expect(requestPath(one(sent))).toEqual({ path, parameters: { name } })
  })

  test.each([
    { sent: 'a', path: '/trees/a' },
    { sent: 'a/b/c', path: '/trees/a/b/c' },
    { sent: 'a/.git/..c', path: '/trees/a/.git/..c' },
    { sent: 'a%20b/%C3%A9', path: '/trees/a%20b/%C3%A9' },
  ])('the segments of a greedy parameter: $sent', ({ sent, path }) => {
    expect(requestPath(greedy(sent))).toEqual({ path, parameters: { path: decodeURIComponent(sent) } })
  })

  test.each([
    {
      what: 'no parameter',
      matched: { resource: '/jobs', path: '/jobs', pathParameters: null },
      found: { path: '/jobs', parameters: {} },
    },
    {
      what: 'an encoded literal, which comes from the template',
      matched: { resource: '/jobs/{id}', path: '/j%6Fbs/7', pathParameters: { id: '7' } },
      found: { path: '/jobs/7', parameters: { id: '7' } },
    },
    {
      what: 'several parameters, the last one greedy',
      matched: {
        resource: '/w/{a}/p/{b}/f/{c+}',
        path: '/w/1/p/2%20/f/3/4',
        pathParameters: { a: '1', b: '2 ', c: '3/4' },
      },
      found: { path: '/w/1/p/2%20/f/3/4', parameters: { a: '1', b: '2 ', c: '3/4' } },
    },
    {
      what: 'the base path of a custom domain in front',
      matched: { resource: '/trees/{path+}', path: '/base/trees/a/b', pathParameters: { path: 'a/b' } },
      found: { path: '/trees/a/b', parameters: { path: 'a/b' } },
    },
    {
      what: 'parameters that came encoded, as some events have them',
      matched: { resource: '/files/{name}', path: '/files/a%20b', pathParameters: { name: 'a%20b' } },
      found: { path: '/files/a%20b', parameters: { name: 'a b' } },
    },
    {
      what: 'path and parameters that both came decoded',
      matched: { resource: '/files/{name}', path: '/files/a b', pathParameters: { name: 'a b' } },
      found: { path: '/files/a%20b', parameters: { name: 'a b' } },
    },
  ])('$what', ({ matched, found }) => {
    expect(requestPath(matched)).toEqual(found)
  })
})

describe('a segment that might mean another path is refused', () => {
  const dots = 'a segment is made of dots'
  const slash = 'a segment has a slash in it'
  const control = 'a segment has a control character'
  const empty = 'a segment is empty'
  const badly = 'it is not well encoded'
  const hidden = 'it hides an escape that is no text'
  const rows = [
    ['..', dots],
    ['.', dots],
    ['%2e', dots],
    ['%2e%2e', dots],
    ['%2E%2e', dots],
    ['.%2e', dots],
    ['%2e.', dots],
    ['%252e%252e', dots],
    ['.%252E', dots],
    ['%2e%252e', dots],
    ['..;', dots],
    ['..;a=b', dots],
    ['.%3Bx', dots],
    ['%252e%252e%253bx', dots],
    ['..%3Fx', dots],
    ['..?x', dots],
    ['.%3F', dots],
    ['%2e%2e%23', dots],
    ['%252e%252e%253f', dots],
    ['%2e%2e%20', dots],
    ['.%20a', dots],
    ['..%C2%A0', dots],
    ['..%E2%80%83x', dots],
    ['a%2fb', slash],
    ['a%2Fb', slash],
    ['a%252fb', slash],
    ['a%252Fb', slash],
    ['%2f', slash],
    ['..%2f', slash],
    ['%2e%2e%2f%2e%2e', slash],
    ['a%5cb', slash],
    ['a%5Cb', slash],
    ['a%255cb', slash],
    ['a%255Cb', slash],
    ['a\\b', slash],
    ['a%00b', control],
    ['a%0ab', control],
    ['a%0d%0aX-Injected:1', control],
    ['a%09b', control],
    ['a%7f', control],
    ['a%2500b', control],
    ['a%250a', control],
    ['a%c2%85b', control],
    ['a\u0000b', control],
    ['%25252e%25252e', 'a segment is encoded three times'],
    ['a%25252fb', 'a segment is encoded three times'],
    ['', empty],
    ['%', badly],
    ['a%2', badly],
    ['a%zz', badly],
    ['%u002e', badly],
    ['%ff', badly],
    ['%c0%ae%c0%ae', badly], // overlong dots
    ['%c0%af', badly], // an overlong slash
    ['%e0%80%af', badly],
    ['%ed%a0%80', badly], // half a surrogate pair
    ['%f4%90%80%80', badly], // beyond Unicode
    ['a%25ff', hidden],
    ['a%25c0%25af', hidden],
    ['a\ud800', 'a segment is no Unicode text'],
  ] as const
  test.each(rows)('as the only one: %j', (sent, reason) => {
    expect(() => requestPath(one(sent))).toThrow(refused(reason))
  })
  test.each(rows)('in the middle of several: %j', (sent, reason) => {
    expect(() => requestPath(greedy(`a/${sent}/b`))).toThrow(refused(reason))
  })
  test.each(rows)('in the base path, which nobody forwards: %j', (sent, reason) => {
    const matched = { resource: '/jobs', path: `/${sent}/jobs`, pathParameters: null }
    expect(() => requestPath(matched)).toThrow(refused(reason))
  })

  test.each(['/jobs/', '//jobs', '/jobs//', '/'])('an empty one: %s', (path) => {
    expect(() => requestPath({ resource: '/jobs', path, pathParameters: null })).toThrow(refused(empty))
  })
})

describe('a path that is not what API Gateway matched is refused', () => {
  const files = '/files/{name}'
  const other = 'it is not what its template says'
  const shorter = 'it is shorter than its template'
  const value = 'name is not what API Gateway read'
  test.each([
    { what: 'another literal', resource: files, path: '/fires/a', name: 'a', reason: other },
    { what: 'a literal in another case', resource: files, path: '/Files/a', name: 'a', reason: other },
    { what: 'one segment more at the end', resource: files, path: '/files/a/b', name: 'a', reason: other },
    { what: 'one segment less', resource: files, path: '/files', name: 'a', reason: shorter },
    { what: 'another value', resource: files, path: '/files/a', name: 'b', reason: value },
    { what: 'a value decoded twice', resource: files, path: '/files/%2541', name: 'A', reason: value },
    { what: 'no value', resource: files, path: '/files/a', name: undefined, reason: value },
    {
      what: 'a greedy value that is longer',
      resource: '/t/{name+}',
      path: '/t/a',
      name: 'a/b',
      reason: shorter,
    },
    {
      what: 'a greedy value that is shorter',
      resource: '/t/{name+}',
      path: '/t/a/b',
      name: 'b',
      reason: other,
    },
    {
      what: 'a greedy value that differs',
      resource: '/t/{name+}',
      path: '/t/a/b',
      name: 'a/c',
      reason: value,
    },
    {
      what: 'no slash in front',
      resource: files,
      path: 'files/a',
      name: 'a',
      reason: 'it does not begin with a slash',
    },
  ])('$what', ({ resource, path, name, reason }) => {
    const pathParameters = name === undefined ? null : { name }
    expect(() => requestPath({ resource, path, pathParameters })).toThrow(refused(reason))
  })
  test('a parameter called like a member of every object', () => {
    const matched = { resource: '/files/{constructor}', path: '/files/a', pathParameters: {} }
    expect(() => requestPath(matched)).toThrow(refused('constructor is not what API Gateway read'))
  })
})

describe('whatever is sent', () => {
  const pieces = fc.constantFrom(
    ...[
      '.',
      '%2e',
      '%252E',
      '/',
      '%2f',
      '%252f',
      '\\',
      '%5C',
      ';',
      'a',
      'é',
      '%C3',
      '%A9',
      '%',
      '%25',
      '%00',
      '?',
    ],
  )
  const sent = fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join(''))

  test('what passes means the same path however often it is decoded, and whoever cuts and resolves it', () => {
    fc.assert(
      fc.property(sent, (text) => {
        const found = attempt(() => requestPath(greedy(text)))
        if (!found) return
        const count = found.path.split('/').length
        let form = found.path
        for (let time = 0; time < 4; time += 1) {
          for (const read of [form.replaceAll(/[?#]/g, '_'), form.replaceAll(/[?#][^/]*/g, '')]) {
            const { pathname } = new URL(`https://upstream.example${read}`)
            expect(pathname.split('/').length).toBe(count)
            expect(pathname.startsWith('/trees/')).toBe(true)
          }
          form = form.replaceAll(/(?:%[0-9a-f]{2})+/gi, decodeURIComponent)
        }
      }),
      { numRuns: 4_000 },
    )
  })

  test('a value that is safe comes out as it went in', () => {
    const safe = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/[/\\%;.\p{Cc}]/u.test(text))
    fc.assert(
      fc.property(safe, (text) => {
        const found = requestPath(one(encodeURIComponent(text)))
        expect(found.parameters).toEqual({ name: text })
        expect(decodeURIComponent(found.path)).toBe(`/files/${text}`)
      }),
    )
  })

  function attempt<T>(work: () => T): T | undefined {
    try {
      return work()
    } catch (error) {
      expect(error).toMatchObject({ name: 'OAuthError', status: 400 })
      return undefined
    }
  }
})

describe('a query', () => {
  const rows: readonly { what: string; query: Record<string, string[]> | null; text: string }[] = [
    { what: 'none', query: null, text: '' },
    {
      what: 'repeated names and reserved characters',
      query: { x: ['1', '2'], y: ['&='], 'a b': ['é+%'] },
      text: '?x=1&x=2&y=%26%3D&a%20b=%C3%A9%2B%25',
    },
    { what: 'an empty value', query: { flag: [''] }, text: '?flag=' },
    { what: 'a token, which goes no further', query: { access_token: ['t'], x: ['1'] }, text: '?x=1' },
    { what: 'a token alone', query: { access_token: ['t', 'u'] }, text: '' },
    { what: 'line breaks', query: { x: ['a\r\nb'] }, text: '?x=a%0D%0Ab' },
    { what: 'half a surrogate pair', query: { x: ['\ud800'] }, text: '?x=%EF%BF%BD' },
    { what: 'a name that every object has', query: { constructor: ['1'] }, text: '?constructor=1' },
  ]
  test.each(rows)('$what', ({ query, text }) => {
    const fields = queryFields({ multiValueQueryStringParameters: query })
    expect(formatQuery(fields)).toBe(text)
  })
})
