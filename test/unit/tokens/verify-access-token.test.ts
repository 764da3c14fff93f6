import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { base64url, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import type { SigningAlgorithm } from '../../../shared/config/types.ts'
import { clientId, epochSeconds, seconds } from '../../../shared/protocol/brands.ts'
import { signAccessToken } from '../../../shared/tokens/access-token.ts'
import { generateKey } from '../../../shared/tokens/key-set.ts'
import { currentSigningKey } from '../../../shared/tokens/signing-key.ts'
import { verifyAccessToken } from '../../../shared/tokens/verify-access-token.ts'
import { at, T0 } from '../../support/grants.ts'

const issuer = 'https://auth.example.com'
async function keyPair(algorithm: SigningAlgorithm) {
  const made = await generateKey(algorithm)
  const document = JSON.stringify({ keys: [{ state: 'current', since: 0, jwk: made.private }] })
  return { ...made, signing: await currentSigningKey(document) }
}
const [key, second, rsa, edwards] = await Promise.all(
  (['ES256', 'ES256', 'RS256', 'EdDSA'] as const).map(keyPair),
)
if (!key || !second || !rsa || !edwards) throw new Error('four keys were made')
const verify = (token: string, keys = [key.public], now = at(1)) =>
  verifyAccessToken(token, { keys }, issuer, now)

const content = {
  issuer,
  audience: 'https://api.example.com',
  subject: 'subject-1',
  clientId: clientId('app'),
  scope: ['read', 'write'],
  gid: 'gid-1',
  generation: 3,
  issuedAt: T0,
  lifetime: seconds(3600),
}
const told = {
  kid: key.public.kid,
  issuer,
  audience: 'https://api.example.com',
  subject: 'subject-1',
  clientId: 'app',
  scope: ['read', 'write'],
  gid: 'gid-1',
  generation: 3,
  jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
  issuedAt: T0,
  expiresAt: at(3600),
}
const payload = {
  iss: issuer,
  aud: 'https://api.example.com',
  sub: 'subject-1',
  client_id: 'app',
  scope: 'read write',
  iat: T0,
  exp: at(3600),
  jti: 'jti-1',
  gid: 'gid-1',
  gen: 3,
}
const header = { alg: 'ES256', kid: key.public.kid, typ: 'at+jwt' }
const signed = (claims: object, more: object = {}, by = key.signing) =>
  new SignJWT({ ...claims }).setProtectedHeader({ ...header, ...more }).sign(by.key)
const encoded = (value: object) => base64url.encode(JSON.stringify(value))

describe('a token of ours is verified (RFC 9068 §4)', () => {
  test.each([
    { what: 'ES256', by: key },
    { what: 'RS256', by: rsa },
    { what: 'EdDSA', by: edwards },
  ])('$what, among the keys of all', async ({ by }) => {
    const token = await signAccessToken(content, by.signing)
    expect(await verify(token, [second.public, key.public, rsa.public, edwards.public])).toEqual({
      ...told,
      kid: by.public.kid,
    })
  })
  test('until the second before its end, and not from its end on', async () => {
    const token = await signAccessToken(content, key.signing)
    const at_ = (offset: number) => verify(token, [key.public], epochSeconds(T0 + offset))
    expect([await at_(3599), await at_(3600), await at_(3601)]).toEqual([told, undefined, undefined])
  })
  test('with the long form of the type (RFC 9068 §2.1)', async () => {
    expect(await verify(await signed(payload, { typ: 'application/at+jwt' }))).toBeDefined()
  })
})

describe('a hostile token is refused', async () => {
  const none = (alg: string) => `${encoded({ ...header, alg })}.${encoded(payload)}.`
  const withMac = (secret: string | Buffer, alg = 'HS256') => {
    const input = `${encoded({ ...header, alg })}.${encoded(payload)}`
    return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
  }
  const good = await signed(payload)
  const [first = '', middle = '', signature = ''] = good.split('.')
  const without = (name: string) =>
    signed(Object.fromEntries(Object.entries(payload).filter(([claim]) => claim !== name)))

  test.each<{ what: string; token: string | Promise<string> }>([
    ...['none', 'None', 'NONE', 'nOnE', ''].map((alg) => ({ what: `alg "${alg}"`, token: none(alg) })),
    { what: 'alg none with a signature', token: `${none('none')}${signature}` },
    { what: 'HS256 with the public key as JSON', token: withMac(JSON.stringify(key.public)) },
    {
      what: 'HS256 with the public key’s coordinates',
      token: withMac(Buffer.from(`${key.public.x}${key.public.y}`)),
    },
    { what: 'HS256 with nothing', token: withMac('') },
    { what: 'HS256 under the name ES256', token: withMac('', 'ES256') },
    { what: 'typ JWT', token: signed(payload, { typ: 'JWT' }) },
    { what: 'no typ', token: signed(payload, { typ: undefined }) },
    { what: 'typ of an ID token’s kind', token: signed(payload, { typ: 'id+jwt' }) },
    { what: 'another issuer', token: signed({ ...payload, iss: 'https://evil.example' }) },
    { what: 'an issuer that begins alike', token: signed({ ...payload, iss: `${issuer}.evil.example` }) },
    { what: 'several issuers', token: signed({ ...payload, iss: [issuer] }) },
    { what: 'an end that is no number', token: signed({ ...payload, exp: '9999999999' }) },
    { what: 'an end that is past', token: signed({ ...payload, exp: T0 }) },
    { what: 'a beginning in the future', token: signed({ ...payload, nbf: at(100) }) },
    ...['iss', 'aud', 'sub', 'client_id', 'scope', 'iat', 'exp', 'jti', 'gid', 'gen'].map((name) => ({
      what: `no ${name}`,
      token: without(name),
    })),
    { what: 'another key under our kid', token: signed(payload, {}, second.signing) },
    { what: 'another kid', token: signed(payload, { kid: second.public.kid }, second.signing) },
    { what: 'another kid over our key', token: signed(payload, { kid: 'x' }) },
    { what: 'another key and no kid', token: signed(payload, { kid: undefined }, second.signing) },
    {
      what: 'a key of its own in the header',
      token: signed(payload, { kid: undefined, jwk: second.public }, second.signing),
    },
    { what: 'another algorithm than the key’s', token: signed(payload, { alg: 'EdDSA' }, edwards.signing) },
    {
      what: 'a critical extension that nobody knows',
      token: `${encoded({ ...header, crit: ['x'], x: 1 })}.${middle}.${signature}`,
    },
    { what: 'another payload', token: `${first}.${encoded({ ...payload, scope: 'admin' })}.${signature}` },
    { what: 'another header', token: `${encoded({ ...header, x: 1 })}.${middle}.${signature}` },
    { what: 'no signature', token: `${first}.${middle}.` },
    { what: 'half a signature', token: `${first}.${middle}.${signature.slice(0, 43)}` },
    { what: 'a signature of zeros', token: `${first}.${middle}.${'A'.repeat(86)}` },
    { what: 'a signature in standard base64', token: `${first}.${middle}.+/${signature.slice(2)}` },
    { what: 'a payload that is no object', token: `${first}.${base64url.encode('[]')}.${signature}` },
    { what: 'five parts', token: `${good}.x.y` },
    { what: 'a line feed at the end', token: `${good}\n!` },
    { what: 'nothing', token: '' },
    { what: 'dots', token: '..' },
  ])('$what', async ({ token }) => {
    expect(await verify(await token)).toBeUndefined()
  })

  test('and whatever else there is: a reason is never thrown', async () => {
    const part = fc.oneof(fc.base64String(), fc.json().map(base64url.encode), fc.string())
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 5 }), async (parts) => {
        expect(await verify(parts.join('.'))).toBeUndefined()
      }),
    )
  })

  test('with any single character of it changed, save what base64url does not read', async () => {
    for (let index = 0; index < good.length - 1; index += 7) {
      const changed = `${good.slice(0, index)}${good[index] === 'A' ? 'B' : 'A'}${good.slice(index + 1)}`
      expect([index, await verify(changed)]).toEqual([index, undefined])
    }
  })

  test('of a key that is no longer published', async () => {
    expect(await verify(good)).toBeDefined()
    expect(await verify(good, [second.public])).toBeUndefined()
  })
})
