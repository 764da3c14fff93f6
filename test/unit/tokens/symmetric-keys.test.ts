import { describe, expect, test } from 'vitest'
import { newSymmetricKeys, parseSymmetricKeys } from '../../../shared/tokens/symmetric-keys.ts'
import { T0 } from '../../support/grants.ts'

const secret = Buffer.alloc(32, 7).toString('base64url')
const current = { state: 'current', since: T0, keyId: '0a1b2c3d', secret }
const retired = { state: 'retired', since: T0, keyId: 'ffffffff', secret }
const document = (...keys: unknown[]) => JSON.stringify({ keys })

describe('a document of symmetric keys', () => {
  test('is made with one current key of 256 random bits, another one each time', () => {
    const made = [newSymmetricKeys(T0), newSymmetricKeys(T0)].map((text) => JSON.parse(text))
    expect(made[0]).toEqual({
      keys: [
        {
          state: 'current',
          since: T0,
          keyId: expect.stringMatching(/^[0-9a-f]{8}$/),
          secret: expect.stringMatching(/^[\w-]{43}$/),
        },
      ],
    })
    expect(made[0].keys[0].secret).not.toBe(made[1].keys[0].secret)
  })

  test('reads back what was made', () => {
    const keys = parseSymmetricKeys(newSymmetricKeys(T0), 'refresh-keys')
    expect(keys.current).toMatchObject({ state: 'current', since: T0 })
    expect(keys.find(keys.current.keyId)).toBe(keys.current)
    expect(keys.current.secret.length).toBe(32)
  })

  test('tells the current key from one that only verifies', () => {
    const keys = parseSymmetricKeys(document(retired, current), 'refresh-keys')
    expect(keys.current.keyId).toBe('0a1b2c3d')
    expect(keys.find('ffffffff')).toMatchObject({ state: 'retired', secret: Buffer.alloc(32, 7) })
    expect([keys.find('00000000'), keys.find('constructor'), keys.find('')]).toEqual(Array(3).fill(undefined))
  })
})

describe('a document that is no good is told by its name, and never quoted', () => {
  const fault = new Error('the secret refresh-keys does not hold symmetric keys')
  test.each([
    { what: 'nothing', text: '' },
    { what: 'no JSON', text: `{"keys":[{"secret":"${secret}"` },
    { what: 'the secret alone', text: secret },
    { what: 'null', text: 'null' },
    { what: 'a number', text: '7' },
    { what: 'no keys', text: '{}' },
    { what: 'keys that are no list', text: '{"keys":{"0":1}}' },
    { what: 'an empty list', text: document() },
    { what: 'no current key', text: document(retired) },
    { what: 'a key that is null', text: document(current, null) },
    { what: 'a key without secret', text: document({ ...current, secret: undefined }) },
    { what: 'a secret that is a number', text: document({ ...current, secret: 32 }) },
    { what: 'a secret too short', text: document({ ...current, secret: secret.slice(2) }) },
    { what: 'a secret too long', text: document({ ...current, secret: `${secret}AAAA` }) },
    { what: 'a key id of another form', text: document({ ...current, keyId: '0A1B2C3D' }) },
    { what: 'a key id too long', text: document({ ...current, keyId: '0a1b2c3d0' }) },
    { what: 'no key id', text: document({ ...current, keyId: undefined }) },
    { what: 'one bad key beside a good one', text: document(current, { ...retired, secret: 'x' }) },
  ])('$what', ({ text }) => {
    expect(() => parseSymmetricKeys(text, 'refresh-keys')).toThrow(fault)
  })
})
