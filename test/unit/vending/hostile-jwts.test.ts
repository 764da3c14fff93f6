import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { VendAlgorithm, VendIssuer } from '../../../shared/config/vend-types.ts'
import { epochSeconds } from '../../../shared/protocol/brands.ts'
import { type IssuerKeys, issuerKeys } from '../../../shared/vending/issuers/issuer-keys.ts'
import { buildkite } from '../../../shared/vending/issuers/presets.ts'
import { verifyCiToken } from '../../../shared/vending/issuers/verify.ts'
import { audience, buildkiteClaims, timesAt } from '../../support/ci-claims.ts'
import {
  ciKey,
  ciKeyFrom,
  discoveryPath,
  encoded,
  jwksPath,
  macJwt,
  signedJwt,
  startCiIssuer,
} from '../../support/ci-issuer.ts'
import { hostileJwts } from '../../support/hostile-jwts.ts'
import { reasons } from '../../support/hostile-world.ts'
import { loopbackServer } from '../../support/loopback-server.ts'
import { publicEncodings } from '../../support/public-encodings.ts'
import { selfSigned } from '../../support/self-signed.ts'

const now = epochSeconds(1_800_000_000)
const key = ciKey('RS256', 'rsa')
const elliptic = ciKeyFrom(selfSigned.key, 'ES256', 'ec')
const edwards = ciKey('EdDSA', 'ed')
const stranger = ciKey('RS256', 'rsa')
const published = [key, elliptic, edwards].map(({ jwk }) => jwk)

const ci = await startCiIssuer(published)
const canary = await loopbackServer(() => ({ status: 200, body: JSON.stringify({ keys: [stranger.jwk] }) }))
afterAll(async () => {
  await Promise.all([ci.close(), canary.close()])
})

const issuer: VendIssuer = {
  ...buildkite({ organization: 'acme-inc', audience, issuer: ci.issuer }),
  algorithms: ['RS256', 'ES256', 'EdDSA'],
}
const claims = { ...buildkiteClaims(timesAt(now)), iss: ci.issuer }
const good = signedJwt(claims, key)
const keys = issuerKeys({ loopback: true }, () => 0)
const verifyHeader = (values: readonly string[]) => verifyCiToken(values, [issuer], { keys }, now)
const verify = (token: string) => verifyHeader([`Bearer ${token}`])

const withHeader = (more: object) =>
  signedJwt(claims, key, { alg: key.alg, kid: key.kid, typ: 'JWT', ...more })
const withClaims = (more: object) => signedJwt({ ...claims, ...more }, key)
const text = JSON.stringify(claims)
const { cert: certificate } = selfSigned
const rows = await hostileJwts({
  claims,
  key,
  elliptic,
  edwards,
  certificate,
  stranger,
  canary: canary.url,
  now,
})
/** Reasons that only a key can give. */
const byKey = [reasons.signature, 'the issuer has no such key']

// The longest one that is read.
const filler = (length: number) => {
  const token = withClaims({ filler: 'x'.repeat(length) })
  return { token, length: token.length }
}

beforeAll(async () => {
  expect(await verify(good)).toMatchObject({ kind: 'caller' })
  expect(ci.asked).toEqual([discoveryPath, jwksPath])
})
beforeEach(() => {
  ci.asked.length = 0
})

describe('every hostile token is refused without a fetch, and without a key unless nothing else is wrong', () => {
  test.each(rows)('%s', async (_, token, reason) => {
    let lookUps = 0
    const counting = (of: VendIssuer): IssuerKeys => ({
      find(query) {
        lookUps += 1
        return keys(of).find(query)
      },
    })
    const result = await verifyCiToken([`Bearer ${token}`], [issuer], { keys: counting }, now)
    expect(result).toEqual({ kind: 'refused', reason })
    expect(lookUps).toBe(byKey.includes(reason) ? 1 : 0)
    expect([canary.requests, ci.asked]).toEqual([[], []])
  })
})

describe('what looks odd and is a token all the same', () => {
  test.each([
    ['the thumbprint of a certificate (GitHub)', withHeader({ x5t: 'thumbprint' })],
    ['no typ', signedJwt(claims, key, { alg: 'RS256', kid: 'rsa' })],
    ['typ in small letters', withHeader({ typ: 'jwt' })],
    ['no kid where one key fits', signedJwt(claims, key, { alg: 'RS256' })],
    ['ES256', signedJwt(claims, elliptic)],
    ['EdDSA', signedJwt(claims, edwards)],
    ['aud as a list of one', withClaims({ aud: [audience] })],
    ['white space in the JSON', signedJwt(JSON.stringify(claims, undefined, '\t'), key)],
    ['names alike in different objects', withClaims({ a: { x: 1 }, b: { x: 1 }, x: [{ x: 1 }, { x: 2 }] })],
    ['braces, quotes and colons in texts', withClaims({ odd: '{"iss":"x"}', '"a":': '\\', 'b\\': '":{' })],
    ['a text that is a name elsewhere', withClaims({ list: ['iss', 'iss', 'iss'] })],
    ['a claim named __proto__', signedJwt(`${text.slice(0, -1)},"__proto__":{"x":1}}`, key)],
    ['9,000 characters', filler(5_800).token],
  ])('%s', async (_, token) => {
    expect(await verify(token)).toMatchObject({ kind: 'caller', caller: { organization: 'acme-inc' } })
  })
})

describe('the Authorization header (RFC 6750 §2.1)', () => {
  test.each([
    ['no header', []],
    ['an empty one', ['']],
    ['no scheme', [good]],
    ['Basic', [`Basic ${good}`]],
    ['token, as GitHub has it', [`token ${good}`]],
  ])('no credentials are told apart (RFC 6750 §3.1): %s', async (_, values) => {
    expect(await verifyHeader(values)).toEqual({ kind: 'absent' })
  })
  test.each(['Bearer', 'bearer', 'BEARER', 'bEaReR'])('%s is the scheme', async (scheme) => {
    expect(await verifyHeader([`${scheme} ${good}`])).toMatchObject({ kind: 'caller' })
  })
  test.each([
    ['twice', [`Bearer ${good}`, `Bearer ${good}`], 'several Authorization headers'],
    ['twice, once empty', [`Bearer ${good}`, ''], 'several Authorization headers'],
    ['twice in one', [`Bearer ${good}, Bearer ${good}`], 'no bearer token'],
    ['the scheme alone', ['Bearer'], 'no bearer token'],
    ['the scheme and a space', ['Bearer '], 'no bearer token'],
    ['a tab', [`Bearer\t${good}`], 'no bearer token'],
    ['quotes', [`Bearer "${good}"`], 'no bearer token'],
    ['a parameter', [`Bearer token=${good}`], 'no bearer token'],
    ['a space behind', [`Bearer ${good} `], 'no bearer token'],
    ['a word behind', [`Bearer ${good} x`], 'no bearer token'],
  ])('refused: %s', async (_, values, reason) => {
    expect(await verifyHeader(values)).toEqual({ kind: 'refused', reason })
  })
  test('10,240 characters are read, and one more is not', async () => {
    const room = 10_240 - signedJwt({ ...claims, filler: '' }, key).length
    const longest = filler(Math.floor(room / 4) * 3)
    expect(longest.length).toBeGreaterThan(10_230)
    const result = await verify(longest.token)
    expect(result).toMatchObject({ kind: 'caller' })
    const over = 'x'.repeat(10_241)
    expect(await verify(over)).toEqual({ kind: 'refused', reason: 'the token is too long' })
    expect(await verify(over.slice(1))).toEqual({ kind: 'refused', reason: 'not a JWT' })
  })
})

describe('settings that name a symmetric algorithm open nothing', () => {
  test.each(Object.entries(publicEncodings(key)))('HS256 by %s', async (_, secret) => {
    const careless = { ...issuer, algorithms: ['HS256' as VendAlgorithm], jwks: { keys: published } }
    const token = macJwt(claims, secret, { alg: 'HS256' })
    const result = await verifyCiToken([`Bearer ${token}`], [careless], { keys }, now)
    expect(result).toEqual({ kind: 'refused', reason: 'the key cannot be used' })
  })
})

test('any change of one character is refused', async () => {
  const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.+/=~ '
  await fc.assert(
    fc.asyncProperty(fc.nat(good.length - 1), fc.constantFrom(...characters), async (index, character) => {
      fc.pre(good[index] !== character)
      const changed = good.slice(0, index) + character + good.slice(index + 1)
      expect(await verify(changed)).toMatchObject({ kind: 'refused' })
    }),
    { numRuns: 3000 },
  )
  expect(ci.asked).toEqual([])
})

test('any character that is left out or added is refused', async () => {
  for (let index = 0; index < good.length; index += 1) {
    const [before, behind] = [good.slice(0, index), good.slice(index)]
    for (const changed of [before + behind.slice(1), `${before}A${behind}`]) {
      const isSame = changed === good
      expect((await verify(changed)).kind).toBe(isSame ? 'caller' : 'refused')
    }
  }
})

test('any text whatever is refused without an exception', async () => {
  const part = fc.oneof(fc.json().map(encoded), fc.string(), fc.base64String())
  const anything = fc.oneof(
    fc.string(),
    fc.array(part, { maxLength: 6 }).map((parts) => parts.join('.')),
  )
  await fc.assert(
    fc.asyncProperty(anything, async (token) => {
      expect(await verify(token)).toMatchObject({ kind: 'refused' })
    }),
    { numRuns: 1000 },
  )
})
