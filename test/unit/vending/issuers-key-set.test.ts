import { describe, expect, test } from 'vitest'
import { keySet } from '../../../shared/vending/issuers/key-set.ts'
import { ciKey } from '../../support/ci-issuer.ts'

const [first, second] = [ciKey('RS256', 'first'), ciKey('RS256', 'second')]
const elliptic = ciKey('ES256', 'elliptic')
const query = { alg: 'RS256', kid: 'first' }
const isKey = { kind: 'key', key: expect.objectContaining({ type: 'public' }) }

describe('keys of a set that are of no use are left out', () => {
  const small = ciKey('RS256', 'first', 1024).jwk
  const { use: _, alg: __, ...bare } = first.jwk
  const open = first.privateKey.export({ format: 'jwk' })
  test.each([
    ['for encryption', { ...first.jwk, use: 'enc' }],
    ['of another use', { ...first.jwk, use: ['sig'] }],
    ['for encryption, by its operations', { ...bare, key_ops: ['encrypt'] }],
    ['for signing alone, by its operations', { ...bare, key_ops: ['sign'] }],
    ['with operations that are no list', { ...bare, key_ops: 'verify' }],
    ['symmetric', { kty: 'oct', k: 'c2VjcmV0', kid: 'first', alg: 'RS256' }],
    ['of an unknown type', { ...first.jwk, kty: 'AKP' }],
    ['of no type', { ...first.jwk, kty: undefined }],
    ['of another algorithm', { ...first.jwk, alg: 'RS512' }],
    ['of an encryption algorithm', { ...first.jwk, alg: 'RSA-OAEP' }],
    ['that shows its private half', { ...open, kid: 'first' }],
    ['that shows a part of its private half', { ...first.jwk, d: '' }],
    ['of 1,024 bits', small],
    ['without a modulus', { ...first.jwk, n: undefined }],
    ['with a number for a modulus', { ...first.jwk, n: 65537 }],
    ['with another id', { ...first.jwk, kid: 'First' }],
    ['with an id that is no text', { ...first.jwk, kid: ['first'] }],
    ['that is no object', 'first'],
    ['that is null', null],
  ])('%s', async (_what, jwk) => {
    expect(await keySet({ keys: [jwk] }).find(query)).toMatchObject({ kind: 'unknown' })
    // What one key is does not touch the others.
    expect(await keySet({ keys: [jwk, first.jwk] }).find(query)).toEqual(isKey)
  })
  test.each([
    [
      'with a private exponent in an elliptic key',
      { ...elliptic.privateKey.export({ format: 'jwk' }), kid: 'elliptic' },
    ],
    ['without a coordinate', { ...elliptic.jwk, y: undefined }],
    ['with an empty coordinate', { ...elliptic.jwk, y: '' }],
    ['of another curve', { ...ciKey('ES384', 'elliptic').jwk, alg: 'ES256' }],
  ])('%s', async (_what, jwk) => {
    expect(await keySet({ keys: [jwk] }).find({ alg: 'ES256', kid: 'elliptic' })).toMatchObject({
      kind: 'unknown',
    })
  })
  test('a point that is not on the curve is refused', async () => {
    const jwk = { ...elliptic.jwk, x: elliptic.jwk.y }
    const found = await keySet({ keys: [jwk] }).find({ alg: 'ES256', kid: 'elliptic' })
    expect(found).toEqual({ kind: 'none', reason: 'the key cannot be used' })
  })
  test('a key without use, algorithm or id verifies', async () => {
    const { n, e, kty } = first.jwk
    expect(await keySet({ keys: [{ kty, n, e }] }).find({ alg: 'RS256' })).toEqual(isKey)
    expect(await keySet({ keys: [{ kty, n, e, key_ops: ['verify'] }] }).find({ alg: 'RS256' })).toEqual(isKey)
  })
})

describe('a token without a key id', () => {
  test.each([
    ['has the only key', [first.jwk], isKey],
    ['has the only key of its algorithm', [elliptic.jwk, first.jwk], isKey],
    ['has none of two', [first.jwk, second.jwk], { kind: 'none', reason: 'several keys of the issuer fit' }],
    [
      'has none of another algorithm',
      [elliptic.jwk],
      { kind: 'unknown', reason: 'the issuer has no such key' },
    ],
  ])('%s', async (_, keys, found) => {
    expect(await keySet({ keys }).find({ alg: 'RS256' })).toEqual(found)
  })
  test('two keys of one id are none', async () => {
    const keys = [first.jwk, { ...second.jwk, kid: 'first' }]
    expect(await keySet({ keys }).find(query)).toEqual({
      kind: 'none',
      reason: 'several keys of the issuer fit',
    })
  })
})
