import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { base62Capacity, base62Length, decodeBase62, encodeBase62 } from '../../../shared/protocol/base62.ts'

const bytes = fc.uint8Array({ minLength: 1, maxLength: 80 })

describe('base 62', () => {
  test.each([
    { bytes: [0], text: '00' },
    { bytes: [61], text: '0z' },
    { bytes: [62], text: '10' },
    { bytes: [255], text: '47' },
    { bytes: [0, 0, 1], text: '00001' },
    { bytes: [255, 255, 255, 255], text: '4gfFC3' },
  ])('writes $bytes as $text', ({ bytes, text }) => {
    expect(encodeBase62(Uint8Array.from(bytes))).toBe(text)
    expect(decodeBase62(text, bytes.length)).toEqual(Buffer.from(bytes))
  })

  test('reads back what it wrote, always in the same length', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        const text = encodeBase62(value)
        expect(text).toMatch(/^[0-9A-Za-z]*$/)
        expect(text.length).toBe(base62Length(value.length))
        expect(decodeBase62(text, value.length)).toEqual(Buffer.from(value))
      }),
    )
  })

  test('fills up to the length it is asked for', () => {
    expect(encodeBase62(Uint8Array.of(62), 5)).toBe('00010')
    expect(decodeBase62('00010', 1)).toEqual(Buffer.of(62))
  })

  test('writes two values as two texts', () => {
    const pair = fc.tuple(
      fc.uint8Array({ minLength: 9, maxLength: 9 }),
      fc.uint8Array({ minLength: 9, maxLength: 9 }),
    )
    fc.assert(
      fc.property(pair, ([left, right]) => {
        expect(encodeBase62(left) === encodeBase62(right)).toBe(Buffer.from(left).equals(right))
      }),
    )
  })

  test.each(['-', '0 ', ' 0', '0\n', 'é', '😀', '0_', '０'])('reads nothing of %j', (text) => {
    expect(decodeBase62(text, 8)).toBeUndefined()
  })

  test('reads no number that is too large for so many bytes', () => {
    expect(decodeBase62('48', 1)).toBeUndefined() // 256
    expect(decodeBase62('zzzzzz', 4)).toBeUndefined()
  })
})

test.each(Array.from({ length: 80 }, (_, index) => index))(
  '%d bytes fit into as many characters as told',
  (count) => {
    expect(base62Capacity(base62Length(count))).toBe(count)
    expect(62n ** BigInt(base62Length(count)) >= 256n ** BigInt(count)).toBe(true)
  },
)
