import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { matchRedirectUri, redirectUriFault } from '../../../shared/protocol/redirect-uri.ts'

const callback = 'https://app.example/callback'
const match = (
  requested: string | undefined,
  policy: Partial<Parameters<typeof matchRedirectUri>[1]> = {},
): string | undefined =>
  matchRedirectUri(requested, { registered: [callback], match: 'exact', isPublic: false, ...policy })?.href

describe('may be registered', () => {
  test.each([
    'https://app.example/callback',
    'https://app.example:8443/callback?tenant=a%20b',
    'http://127.0.0.1/callback',
    'http://127.0.0.1:8000/callback',
    'http://[::1]/callback',
    'http://localhost:3000/callback',
    'com.example.app:/callback',
    'com.example.app://callback',
  ])('%s', (uri) => {
    expect(redirectUriFault(uri)).toBeUndefined()
  })
})

describe('may not be registered', () => {
  const unsafe = 'an absolute URI without white space, backslash, control or non-ASCII characters'
  const tricks = 'a URI without dot segments or encoded dots, slashes and controls'
  const scheme = 'an https URI, or a scheme in reverse-domain form such as com.example.app (RFC 8252 §7.1)'
  test.each([
    ['', unsafe],
    ['/callback', unsafe],
    ['//app.example/callback', unsafe],
    ['https://app.example/a b', unsafe],
    ['https://app.example\\callback', unsafe],
    ['https://аpp.example/callback', unsafe],
    [`https://app.example/${'x'.repeat(2_000)}`, unsafe],
    ['https://app.example/callback#', 'a URI without fragment (RFC 6749 §3.1.2)'],
    ['https://app.example/callback#x', 'a URI without fragment (RFC 6749 §3.1.2)'],
    ['https://ada@app.example/callback', 'a URI without user information'],
    ['https://app.example/a/../b', tricks],
    ['https://app.example/a/%2e%2e/b', tricks],
    ['https://app.example/%0d%0a', tricks],
    ['https://app.example/%', tricks],
    ['http://app.example/callback', 'an https URI; plain http is for loopback alone'],
    ['http://127.0.0.1.evil.example/callback', 'an https URI; plain http is for loopback alone'],
    ['javascript:alert(1)', scheme],
    ['data:text/html,x', scheme],
    ['file:///etc/passwd', scheme],
    ['myapp://callback', scheme],
  ])('%j', (uri, fault) => {
    expect(redirectUriFault(uri)).toBe(fault)
  })
})

describe('exact', () => {
  test('takes the registered text and nothing else (RFC 9700 §2.1)', () => {
    expect(match(callback)).toBe(callback)
    for (const other of [`${callback}/`, `${callback}?`, 'https://APP.example/callback', `${callback}/x`])
      expect(match(other)).toBeUndefined()
  })

  test('takes the only registered one where none is requested (RFC 6749 §3.1.2.3)', () => {
    expect(match(undefined)).toBe(callback)
    expect(match(undefined, { registered: [] })).toBeUndefined()
    expect(match(undefined, { registered: [callback, `${callback}2`] })).toBeUndefined()
  })

  test.each([
    ['http://127.0.0.1:49152/callback', 'http://127.0.0.1/callback', true],
    ['http://[::1]:49152/callback', 'http://[::1]:1/callback', true],
    ['http://127.0.0.1:49152/callback?x=1', 'http://127.0.0.1/callback?x=1', true],
    ['http://127.0.0.1:49152/other', 'http://127.0.0.1/callback', false],
    ['http://127.0.0.1:49152/callback?x=1', 'http://127.0.0.1/callback', false],
    ['http://127.0.0.1:49152/callback#x', 'http://127.0.0.1/callback', false],
    ['http://ada@127.0.0.1:49152/callback', 'http://127.0.0.1/callback', false],
    ['http://127.0.0.2:49152/callback', 'http://127.0.0.1/callback', false],
    ['http://localhost:49152/callback', 'http://localhost/callback', false],
    ['https://127.0.0.1:49152/callback', 'http://127.0.0.1/callback', false],
    ['https://app.example:49152/callback', callback, false],
  ])('%s for %s, by a public client: %s (RFC 8252 §7.3)', (requested, registered, matches) => {
    const policy = { registered: [registered], isPublic: true }
    expect(match(requested, policy)).toBe(matches ? requested : undefined)
    expect(match(requested, { ...policy, isPublic: false })).toBeUndefined()
  })
})

describe('subpath', () => {
  const below = (requested: string, registered = callback) =>
    match(requested, { registered: [registered], match: 'subpath' })

  test('takes the path and what is below it', () => {
    for (const requested of [callback, `${callback}/`, `${callback}/a/b`, `${callback}/a%20b`])
      expect(below(requested)).toBe(requested)
    expect(below('https://app.example/anything', 'https://app.example/')).toBe('https://app.example/anything')
  })

  test('keeps the registered query, and takes no other', () => {
    expect(below(`${callback}/a?t=1`, `${callback}?t=1`)).toBe(`${callback}/a?t=1`)
    expect(below(`${callback}/a`, `${callback}?t=1`)).toBeUndefined()
    expect(below(`${callback}/a?t=1`)).toBeUndefined()
  })

  test('does not let public clients choose a port', () => {
    expect(
      match('http://127.0.0.1:49152/callback', {
        registered: ['http://127.0.0.1/callback'],
        match: 'subpath',
        isPublic: true,
      }),
    ).toBeUndefined()
  })

  test('whatever is asked for, the answer goes to the registered origin and below the registered path', () => {
    const part = fc.oneof(
      fc.constantFrom(
        '/',
        '..',
        '.',
        '//',
        '\\',
        '%2e',
        '%2F',
        '%5c',
        '%252e',
        '@',
        ':',
        '#',
        '?',
        ';',
        '%00',
        '\n',
      ),
      fc.constantFrom('callback', 'evil.example', 'app.example', 'https://', 'x'),
      fc.string({ maxLength: 4, unit: 'binary' }),
    )
    const beginning = fc.constantFrom(callback, 'https://app.example', 'https://', '')
    fc.assert(
      fc.property(beginning, fc.array(part, { maxLength: 8 }), (start, parts) => {
        const found = below(start + parts.join(''))
        if (found === undefined) return
        const { origin, pathname, search, hash, username } = new URL(found)
        expect({ origin, search, hash, username }).toEqual({
          origin: 'https://app.example',
          search: '',
          hash: '',
          username: '',
        })
        expect(`${pathname}/`).toMatch(/^\/callback\//)
        // A server that decodes once or twice, and resolves after that, stays below the path as well.
        const decoded = decodeURIComponent(decodeURIComponent(pathname))
        expect(new URL(decoded, 'https://app.example').pathname).toMatch(/^\/callback(\/|$)/)
      }),
      { numRuns: 5_000 },
    )
  })
})
