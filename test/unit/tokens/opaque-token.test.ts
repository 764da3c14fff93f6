import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isOpaqueToken, newOpaqueToken, type OpaqueFormat } from '../../../shared/tokens/opaque-token.ts'

const prefixed: OpaqueFormat = { format: 'prefixed', prefix: 'bb_live_' }
const uuid: OpaqueFormat = { format: 'uuid' }
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** Six digits, the highest first. */
const base62 = (value: number) =>
  [5, 4, 3, 2, 1, 0].map((place) => alphabet[Math.floor(value / 62 ** place) % 62]).join('')
const formats = [
  { name: 'prefixed', format: prefixed },
  { name: 'prefixed, without a letter', format: { format: 'prefixed', prefix: '_' } as const },
  { name: 'uuid', format: uuid },
]

describe.each(formats)('a new token, $name', ({ format }) => {
  test('is one of its format', () => {
    for (let round = 0; round < 200; round += 1)
      expect(isOpaqueToken(newOpaqueToken(format), format)).toBe(true)
  })
  test('is another one each time', () => {
    const made = Array.from({ length: 1000 }, () => newOpaqueToken(format))
    expect(new Set(made).size).toBe(1000)
  })
})

test('a prefixed token is prefix, 192 random bits and a checksum, in letters and digits', () => {
  expect(newOpaqueToken(prefixed)).toMatch(/^bb_live_[0-9A-Za-z]{33}[0-9A-Za-z]{6}$/)
})
test('a uuid token is a version 4 UUID (RFC 9562 §5.4)', () => {
  expect(newOpaqueToken(uuid)).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  )
})

describe('a prefixed token is known by its checksum', () => {
  test('that a scanner can compute: CRC-32 of what stands before it, in base 62', () => {
    const before = `bb_live_${'0'.repeat(33)}`
    expect(isOpaqueToken(before + base62(crc32(before)), prefixed)).toBe(true)
  })

  test('one character changed anywhere makes it none', () => {
    const token = newOpaqueToken(prefixed)
    for (let index = 0; index < token.length; index += 1)
      for (const other of `${alphabet}_-`) {
        const changed = token.slice(0, index) + other + token.slice(index + 1)
        if (changed !== token) expect([changed, isOpaqueToken(changed, prefixed)]).toEqual([changed, false])
      }
  })

  test('two neighbours swapped make it none', () => {
    const token = newOpaqueToken(prefixed)
    for (let index = 8; index < token.length - 1; index += 1) {
      const [left = '', right = ''] = [token[index], token[index + 1]]
      const changed = token.slice(0, index) + right + left + token.slice(index + 2)
      expect(isOpaqueToken(changed, prefixed)).toBe(left === right)
    }
  })

  test('one of another environment is none: the prefix is part of the checksum', () => {
    const token = newOpaqueToken({ format: 'prefixed', prefix: 'bb_test_' })
    expect(isOpaqueToken(token, prefixed)).toBe(false)
    expect(isOpaqueToken(token.replace('bb_test_', 'bb_live_'), prefixed)).toBe(false)
  })
})

describe('what is no token', () => {
  const token = newOpaqueToken(prefixed)
  const id = newOpaqueToken(uuid)
  test.each([
    { what: 'nothing', text: '', format: prefixed },
    { what: 'the prefix alone', text: 'bb_live_', format: prefixed },
    { what: 'a character less', text: token.slice(0, -1), format: prefixed },
    { what: 'a character more', text: `${token}0`, format: prefixed },
    { what: 'a line feed more', text: `${token}\n`, format: prefixed },
    { what: 'a space before', text: ` ${token}`, format: prefixed },
    { what: 'without its prefix', text: token.slice(8), format: prefixed },
    { what: 'another prefix', text: `bb_test_${token.slice(8)}`, format: prefixed },
    { what: 'another case of the prefix', text: token.replace('bb', 'BB'), format: prefixed },
    { what: 'a uuid', text: id, format: prefixed },
    { what: 'nothing', text: '', format: uuid },
    { what: 'a prefixed one', text: token, format: uuid },
    { what: 'upper case', text: id.toUpperCase(), format: uuid },
    { what: 'in braces', text: `{${id}}`, format: uuid },
    { what: 'without hyphens', text: id.replaceAll('-', ''), format: uuid },
    { what: 'a line feed more', text: `${id}\n`, format: uuid },
    { what: 'version 1', text: '2c5ea4c0-4067-11e9-8bad-9b1deb4d3b7d', format: uuid },
    { what: 'version 7', text: '017f22e2-79b0-7cc3-98c4-dc0c0c07398f', format: uuid },
    { what: 'another variant', text: '9b1deb4d-3b7d-4bad-cbdd-2b0d7b3dcb6d', format: uuid },
    { what: 'the nil UUID', text: '00000000-0000-0000-0000-000000000000', format: uuid },
  ])('$what, where the format is $format.format', ({ text, format }) => {
    expect(isOpaqueToken(text, format)).toBe(false)
  })

  test('any other text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        expect([isOpaqueToken(text, prefixed), isOpaqueToken(text, uuid)]).toEqual([false, false])
      }),
    )
  })
})
