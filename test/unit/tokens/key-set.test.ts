import { calculateJwkThumbprint } from 'jose'
import { describe, expect, test } from 'vitest'
import type { SigningAlgorithm } from '../../../shared/config/types.ts'
import { publishedKeys } from '../../../shared/tokens/jwks.ts'
import { generateKey, type NamedJwk, parseKeySet, publicHalf } from '../../../shared/tokens/key-set.ts'

const base64url = (bytes: number) =>
  expect.stringMatching(new RegExp(`^[\\w-]{${Math.ceil((bytes * 4) / 3)}}$`))
const algorithms = {
  ES256: { kty: 'EC', crv: 'P-256', x: base64url(32), y: base64url(32) },
  RS256: { kty: 'RSA', n: base64url(256), e: 'AQAB' }, // 2,048 bits, RFC 7518 §3.3
  EdDSA: { kty: 'OKP', crv: 'Ed25519', x: base64url(32) },
} satisfies Record<SigningAlgorithm, object>
const names = Object.keys(algorithms) as SigningAlgorithm[]

describe.each(names)('a new %s key', async (algorithm) => {
  const { private: privateJwk, public: publicJwk } = await generateKey(algorithm)

  test('has a public half that is these members and no other', () => {
    expect(publicJwk).toEqual({
      ...algorithms[algorithm],
      kid: expect.stringMatching(/^[\w-]{43}$/),
      alg: algorithm,
      use: 'sig',
    })
  })
  test('is named by its thumbprint (RFC 7638)', async () => {
    expect([privateJwk.kid, publicJwk.kid]).toEqual(Array(2).fill(await calculateJwkThumbprint(publicJwk)))
  })
  test('is private in `d`, and otherwise what is published', () => {
    expect(privateJwk).toEqual({ ...privateJwk, ...publicJwk, d: expect.any(String) })
    expect(publicHalf(privateJwk)).toEqual(publicJwk)
  })
  test('is new each time', async () => {
    expect((await generateKey(algorithm)).public.kid).not.toBe(publicJwk.kid)
  })
})

describe('publicHalf', () => {
  const members = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth', 'priv', 'x5c', 'key_ops', 'ext'] as const
  const leaky: NamedJwk = {
    kty: 'RSA',
    n: 'n',
    e: 'AQAB',
    kid: 'key-1',
    alg: 'RS256',
    use: 'sig',
    ...Object.fromEntries(members.map((name) => [name, `private-${name}`])),
  }

  test('names what is public, so that no private member gets through (RFC 7518 §6)', () => {
    expect(publicHalf(leaky)).toEqual({
      kty: 'RSA',
      n: 'n',
      e: 'AQAB',
      kid: 'key-1',
      alg: 'RS256',
      use: 'sig',
    })
  })
  test('is what is published, though a private key has come into the document of public ones', () => {
    const text = JSON.stringify({ keys: [{ state: 'current', since: 0, jwk: leaky }] })
    expect(publishedKeys(text)).toEqual({ keys: [publicHalf(leaky)] })
  })
})

describe('parseKeySet', () => {
  const jwk = { kty: 'EC', kid: 'key-1', alg: 'ES256', use: 'sig', d: 'very-private' }
  const stored = { state: 'current', since: 1_700_000_000, jwk }

  test.each([{ keys: [] }, { keys: [stored] }, { keys: [stored, { ...stored, state: 'retired' }] }])(
    'reads $keys.length keys',
    (document) => {
      expect(parseKeySet(JSON.stringify(document), 'signing-keys')).toEqual(document)
    },
  )

  test.each([
    '',
    'very-private',
    '{"keys":[{"jwk":{"d":"very-private"',
    'null',
    '"very-private"',
    '["very-private"]',
    '{"d":"very-private"}',
    '{"keys":"very-private"}',
    '{"keys":{"d":"very-private"}}',
    '{"keys":["very-private"]}',
    '{"keys":[null]}',
    '{"keys":[{"state":"current","jwk":"very-private"}]}',
    '{"keys":[{"state":"current","jwk":null}]}',
    JSON.stringify({ keys: [{ jwk }] }),
    JSON.stringify({ keys: [{ state: 'current', jwk: { ...jwk, kid: undefined } }] }),
    JSON.stringify({ keys: [{ state: 'current', jwk: { ...jwk, kid: 7 } }] }),
    JSON.stringify({ keys: [{ state: 'current', jwk: { ...jwk, alg: undefined } }] }),
    JSON.stringify({ keys: [stored, { state: 'current', jwk: {} }] }),
  ])('refuses %j, and its message tells nothing of it', (text) => {
    let thrown: unknown
    try {
      parseKeySet(text, 'signing-keys')
    } catch (error) {
      thrown = error
    }
    expect(thrown).toEqual(new Error('the secret signing-keys does not hold a key set'))
    expect((thrown as Error).cause).toBeUndefined()
  })
})

describe('publishedKeys', () => {
  test('are the keys of every state: a retired one still verifies, a next one will', async () => {
    const keys = await Promise.all(names.map(async (name) => (await generateKey(name)).public))
    const states = ['next', 'current', 'retired']
    const text = JSON.stringify({ keys: keys.map((jwk, index) => ({ state: states[index], since: 0, jwk })) })
    expect(publishedKeys(text)).toEqual({ keys })
  })
  test('are never none: a verifier would take that for "nothing is valid"', () => {
    expect(() => publishedKeys('{"keys":[]}')).toThrow(new Error('verification-keys holds no key'))
  })
})
