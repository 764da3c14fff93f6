import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { matchesAnyHash, sha256 } from '../../../shared/protocol/hash.ts'

describe('sha256', () => {
  // FIPS 180-2, Appendix B.1, in base64url.
  test.each([
    { text: 'abc', hash: 'ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0' },
    { text: '', hash: '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU' },
  ])('of $text', ({ text, hash }) => {
    expect(sha256(text)).toBe(hash)
  })
  test('is of the UTF-8 bytes', () => {
    const bytes = createHash('sha256').update(Buffer.from([0xe2, 0x82, 0xac]))
    expect(sha256('€')).toBe(bytes.digest('base64url'))
  })
})

describe('matchesAnyHash', () => {
  const [first, second] = [sha256('first'), sha256('second')]

  test.each([
    { what: 'the only one', secret: 'first', hashes: [first] },
    { what: 'the first of two', secret: 'first', hashes: [first, second] },
    { what: 'the second of two', secret: 'second', hashes: [first, second] },
    { what: 'both of two that are the same', secret: 'first', hashes: [first, first] },
    { what: 'the one beside a malformed one', secret: 'second', hashes: ['!', second] },
  ])('takes a secret that matches $what', ({ secret, hashes }) => {
    expect(matchesAnyHash(secret, hashes, 2)).toBe(true)
  })

  test.each([
    { what: 'nothing is stored', secret: 'first', hashes: [] },
    { what: 'another is stored', secret: 'first', hashes: [second] },
    { what: 'two others are stored', secret: 'third', hashes: [first, second] },
    { what: 'an empty text is stored', secret: 'first', hashes: [''] },
    { what: 'the secret itself is stored', secret: 'first', hashes: ['first'] },
    { what: 'a shorter hash is stored', secret: 'first', hashes: [first.slice(0, -4)] },
    { what: 'a longer hash is stored', secret: 'first', hashes: [`${first}AAAA`] },
    { what: 'it is the hash', secret: first, hashes: [first] },
    { what: 'it is empty', secret: '', hashes: [first] },
    { what: 'it matches one past the slots', secret: 'second', hashes: [first, first, second] },
  ])('refuses a secret when $what', ({ secret, hashes }) => {
    expect(matchesAnyHash(secret, hashes, 2)).toBe(false)
  })

  test('is not fooled where the stored hash is that of empty slots: all zeros', () => {
    const zeros = Buffer.alloc(32).toString('base64url')
    expect(matchesAnyHash('first', [zeros], 2)).toBe(false)
  })
})
