import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isCodeChallenge, isCodeVerifier, verifierMatches } from '../../../shared/protocol/pkce.ts'

/** RFC 7636 Appendix B. */
const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
const unreserved = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~'
const s256 = (text: string) => createHash('sha256').update(text).digest('base64url')

describe('a verifier matches its challenge (RFC 7636 §4.6)', () => {
  test('the RFC’s example (Appendix B)', () => {
    expect(verifierMatches(challenge, verifier)).toBe(true)
  })
  test.each([
    { what: 'the shortest', text: 'a'.repeat(43) },
    { what: 'the longest', text: '~'.repeat(128) },
    { what: 'every unreserved character', text: unreserved },
  ])('$what', ({ text }) => {
    expect(verifierMatches(s256(text), text)).toBe(true)
  })
  test('any that is unreserved and long enough', () => {
    const verifiers = fc.string({ unit: fc.constantFrom(...unreserved), minLength: 43, maxLength: 128 })
    fc.assert(
      fc.property(verifiers, (text) => {
        expect(verifierMatches(s256(text), text)).toBe(true)
      }),
    )
  })
})

describe('a verifier does not match', () => {
  test.each([
    { what: 'another challenge', challenge: s256('x'), verifier },
    { what: 'in other case', challenge, verifier: verifier.toUpperCase() },
    { what: 'the challenge itself, which is "plain"', challenge, verifier: challenge },
    { what: 'a verifier that is its own challenge', challenge: verifier, verifier },
    { what: 'too short', challenge: s256('a'.repeat(42)), verifier: 'a'.repeat(42) },
    { what: 'too long', challenge: s256('a'.repeat(129)), verifier: 'a'.repeat(129) },
    { what: 'a character that is reserved', challenge: s256(`${verifier}+`), verifier: `${verifier}+` },
    { what: 'a line feed at the end', challenge, verifier: `${verifier}\n` },
    { what: 'other letters', challenge: s256('é'.repeat(43)), verifier: 'é'.repeat(43) },
    { what: 'a padded challenge', challenge: `${challenge}=`, verifier },
    { what: 'an empty challenge', challenge: '', verifier },
    { what: 'nothing', challenge, verifier: '' },
  ])('$what', (row) => {
    expect(verifierMatches(row.challenge, row.verifier)).toBe(false)
  })

  test('with any other text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(verifierMatches(challenge, text)).toBe(text === verifier)
      }),
    )
  })
})

test.each([
  { text: challenge, isOne: true },
  { text: 'A'.repeat(43), isOne: true },
  { text: 'A'.repeat(42), isOne: false },
  { text: 'A'.repeat(44), isOne: false },
  { text: `${challenge.slice(1)}+`, isOne: false },
  { text: `${challenge}\n`, isOne: false },
  { text: '', isOne: false },
])('a challenge is 43 characters of base64url (§4.2): %j', ({ text, isOne }) => {
  expect(isCodeChallenge(text)).toBe(isOne)
})

test.each([
  { text: 'a'.repeat(43), isOne: true },
  { text: 'a'.repeat(42), isOne: false },
  { text: 'a'.repeat(128), isOne: true },
  { text: 'a'.repeat(129), isOne: false },
  { text: `${'a'.repeat(43)}%20`, isOne: false },
])('a verifier is 43 to 128 unreserved characters (§4.1): %j', ({ text, isOne }) => {
  expect(isCodeVerifier(text)).toBe(isOne)
})
