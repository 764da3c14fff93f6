import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_USERNAME_LENGTH, normaliseUsername } from '../../../shared/protocol/username.ts'

describe('a user is kept under one spelling (RFC 8265 §3.3)', () => {
  test.each([
    { what: 'as it is', typed: 'ada', kept: 'ada' },
    { what: 'an e-mail address', typed: 'Ada.L+x@Example.com', kept: 'ada.l+x@example.com' },
    { what: 'without white space around it', typed: ' \tada\n', kept: 'ada' },
    { what: 'in lower case, beyond ASCII', typed: 'ZOË', kept: 'zoë' },
    { what: 'composed', typed: 'zoe\u0308', kept: 'zo\u00eb' },
    { what: 'of one width', typed: 'Ａｄａ１', kept: 'ada1' },
    { what: 'with ligatures resolved', typed: 'oﬃce', kept: 'office' },
    { what: 'with the Kelvin sign as k', typed: '\u212a', kept: 'k' },
    { what: 'with an Å of either kind', typed: '\u212bsa', kept: '\u00e5sa' },
    { what: 'Greek, with one sigma', typed: 'ΟΔΟΣ', kept: 'οδος' },
    { what: 'with an emoji', typed: '😀', kept: '😀' },
    { what: 'as long as may be', typed: 'x'.repeat(254), kept: 'x'.repeat(254) },
  ])('$what', ({ typed, kept }) => {
    expect(normaliseUsername(typed)).toBe(kept)
  })

  test('which is its own spelling', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (typed) => {
        const kept = normaliseUsername(typed)
        expect(kept === undefined ? undefined : normaliseUsername(kept)).toBe(kept)
      }),
    )
  })

  test('of bounded length, whatever was typed', () => {
    const texts = fc.string({ unit: 'binary', maxLength: 300 })
    fc.assert(
      fc.property(texts, (typed) => {
        expect((normaliseUsername(typed) ?? '').length).toBeLessThanOrEqual(MAX_USERNAME_LENGTH)
      }),
    )
  })
})

describe('no user name', () => {
  test.each([
    { what: 'nothing', typed: '' },
    { what: 'white space', typed: ' \u3000\t' },
    { what: 'a space inside', typed: 'a da' },
    { what: 'a wide space inside', typed: 'a\u3000da' },
    { what: 'a no-break space inside', typed: 'a\u00a0da' },
    { what: 'a line feed inside', typed: 'a\nda' },
    { what: 'a null byte', typed: 'ada\0' },
    { what: 'a control character', typed: 'a\u0007da' },
    { what: 'a control character of the second set', typed: 'a\u0085da' },
    { what: 'a zero-width space', typed: 'a\u200bda' },
    { what: 'a zero-width joiner', typed: 'a\u200dda' },
    { what: 'a soft hyphen', typed: 'a\u00adda' },
    { what: 'a byte order mark inside', typed: 'a\ufeffda' },
    { what: 'a right-to-left override', typed: 'a\u202eda' },
    { what: 'an isolate', typed: 'a\u2066da\u2069' },
    { what: 'half of a surrogate pair', typed: 'a\ud83d' },
    { what: 'a character for private use', typed: 'a\ue000' },
    { what: 'one too long', typed: 'x'.repeat(255) },
    { what: 'one that grows too long', typed: '\ufdfa'.repeat(20) },
  ])('is $what', ({ typed }) => {
    expect(normaliseUsername(typed)).toBeUndefined()
  })
})
