import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeBase62 } from '../../../shared/protocol/base62.ts'
import {
  bodyHash,
  firstRefreshToken,
  formatRefreshToken,
  gidOf,
  newGrantId,
  nextRefreshToken,
  parseRefreshToken,
  type RefreshKey,
  type RefreshTokenFormat,
} from '../../../shared/tokens/refresh-token.ts'
import { preset } from '../../support/presets.ts'

const key: RefreshKey = { keyId: '00ff00ff', secret: Buffer.alloc(32, 1) }
const otherKey: RefreshKey = { keyId: 'ffffffff', secret: Buffer.alloc(32, 2) }
const keyOf = (keyId: string) => [key, otherKey].find((candidate) => candidate.keyId === keyId)
const format: RefreshTokenFormat = { prefix: 'r_', length: 80 }
const lengths = Array.from({ length: 200 - 76 + 1 }, (_, index) => index + 76)
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

const make = (how = format) => {
  const token = firstRefreshToken(newGrantId(), key, how)
  return { token, text: formatRefreshToken(token, key, how) }
}

describe('a refresh token', () => {
  test.each(lengths)(
    'of %d characters reads back, with and without a prefix, in every generation',
    (length) => {
      for (const prefix of ['', 'bb_refresh_', '0']) {
        const how = { prefix, length }
        let { token } = make(how)
        for (let generation = 1; generation <= 3; generation += 1) {
          const text = formatRefreshToken(token, key, how)
          expect(text.length).toBe(prefix.length + length)
          expect(text.slice(prefix.length)).toMatch(/^[0-9A-Za-z]+$/)
          expect(parseRefreshToken(text, keyOf, how)).toEqual({ ...token, generation })
          token = nextRefreshToken(token, key)
        }
      }
    },
  )

  test('has at least 128 bits that nobody can guess, and no more than a MAC gives', () => {
    const bits = lengths.map((length) => make({ prefix: '', length }).token.body.length * 8)
    expect([Math.min(...bits), Math.max(...bits)]).toEqual([128, 256])
  })

  test('is exactly 80 characters under buddy (B2.8)', () => {
    expect(make(preset('buddy').refresh).text).toMatch(/^[0-9A-Za-z]{80}$/)
  })

  test('of any content reads back', () => {
    const bytes = (length: number) =>
      fc.uint8Array({ minLength: length, maxLength: length }).map((array) => Buffer.from(array))
    const { length } = make().token.body
    fc.assert(
      fc.property(bytes(16), fc.nat({ max: 0xffff_ffff }), bytes(length), (grantId, generation, body) => {
        const token = { grantId, generation, keyId: key.keyId, body }
        expect(parseRefreshToken(formatRefreshToken(token, key, format), keyOf, format)).toEqual(token)
      }),
    )
  })
})

describe('a forged refresh token is none of ours', () => {
  const { text } = make()
  test('with any single character changed', () => {
    for (let index = 0; index < text.length; index += 1)
      for (const other of `${alphabet}_- é`) {
        const changed = text.slice(0, index) + other + text.slice(index + 1)
        if (changed !== text) expect(parseRefreshToken(changed, keyOf, format)).toBeUndefined()
      }
  })

  test('with several characters changed', () => {
    const place = fc.tuple(fc.nat({ max: 79 }), fc.constantFrom(...alphabet))
    fc.assert(
      fc.property(fc.array(place, { minLength: 2, maxLength: 20 }), (places) => {
        const letters = [...text]
        for (const [index, letter] of places) letters[index + 2] = letter
        const changed = letters.join('')
        expect(parseRefreshToken(changed, keyOf, format) === undefined).toBe(changed !== text)
      }),
    )
  })

  test.each([
    { what: 'nothing', changed: '' },
    { what: 'a character less', changed: text.slice(0, -1) },
    { what: 'a character more', changed: `${text}0` },
    { what: 'a zero in front, which is the same number', changed: `r_0${text.slice(2)}` },
    { what: 'without its prefix', changed: text.slice(2) },
    { what: 'another prefix', changed: `R_${text.slice(2)}` },
    { what: 'a line feed more', changed: `${text}\n` },
    { what: 'a number too large for its bytes', changed: `r_${'z'.repeat(80)}` },
    { what: 'zeros', changed: `r_${'0'.repeat(80)}` },
  ])('$what', ({ changed }) => {
    expect(parseRefreshToken(changed, keyOf, format)).toBeUndefined()
  })

  test('of a key that is unknown', () => {
    expect(parseRefreshToken(text, () => undefined, format)).toBeUndefined()
  })
  test('that names one key and was made with another', () => {
    const { token } = make()
    const named = formatRefreshToken(token, otherKey, format)
    expect(parseRefreshToken(named, keyOf, format)).toBeUndefined()
    const renamed = formatRefreshToken({ ...token, keyId: otherKey.keyId }, key, format)
    expect(parseRefreshToken(renamed, keyOf, format)).toBeUndefined()
  })
  test('of a deployment with another length', () => {
    expect(parseRefreshToken(text, keyOf, { ...format, length: 81 })).toBeUndefined()
  })
})

describe('the successor', () => {
  const { token } = make()
  test('is the same each time, and each token has another', () => {
    expect(nextRefreshToken(token, key)).toEqual(nextRefreshToken(token, key))
    const bodies = [
      token,
      make().token,
      { ...token, generation: 2 },
      { ...token, body: Buffer.alloc(19) },
    ].map((it) => nextRefreshToken(it, key).body.toString('hex'))
    expect(new Set(bodies).size).toBe(4)
  })

  test('keeps grant, key and length, and is a generation later', () => {
    const { grantId, keyId, generation, body } = nextRefreshToken(token, key)
    expect({ grantId, keyId, generation, length: body.length }).toEqual({
      grantId: token.grantId,
      keyId: token.keyId,
      generation: 2,
      length: token.body.length,
    })
    expect(body).not.toEqual(token.body)
  })

  test('of a retired key is named and tagged by the key that issues now, over the same body', () => {
    const next = nextRefreshToken(token, key, otherKey)
    expect(next).toEqual({ ...nextRefreshToken(token, key), keyId: otherKey.keyId })
    expect(parseRefreshToken(formatRefreshToken(next, otherKey, format), keyOf, format)).toEqual(next)
  })

  test('cannot be made without the key', () => {
    expect(nextRefreshToken(token, otherKey).body).not.toEqual(nextRefreshToken(token, key).body)
  })

  test('is a MAC under a label of its own, so that a tag can never pass for a body', () => {
    const mac = (label: string, generation: number) =>
      createHmac('sha256', key.secret)
        .update(`scrip refresh ${label}\0`)
        .update(token.grantId)
        .update(Buffer.of(0, 0, 0, generation))
        .update(label === 'tag' ? Buffer.from(token.keyId, 'hex') : '')
        .update(token.body)
        .digest()
    expect(nextRefreshToken(token, key).body).toEqual(mac('body', 2).subarray(0, token.body.length))
    const own = decodeBase62(formatRefreshToken(token, key, format).slice(2), 59)
    expect(own?.subarray(-16)).toEqual(mac('tag', 1).subarray(0, 16))
  })
})

describe('what rests', () => {
  const { token, text } = make()
  test('is the SHA-256 of the grant id: one way, and always the same', () => {
    expect(gidOf(token.grantId)).toBe(createHash('sha256').update(token.grantId).digest('base64url'))
    expect(gidOf(token.grantId)).not.toContain(token.grantId.toString('base64url'))
  })
  test('is the SHA-256 of the body, and not of what the client holds', () => {
    expect(bodyHash(token)).toBe(createHash('sha256').update(token.body).digest('base64url'))
    expect(bodyHash(token)).not.toBe(createHash('sha256').update(text).digest('base64url'))
  })
})
