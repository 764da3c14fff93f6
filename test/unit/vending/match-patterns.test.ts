import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  compilePattern,
  loadEngine,
  MAX_PATTERN_LENGTH,
  PatternFault,
} from '../../../shared/vending/match/pattern.ts'
import { patternCache } from '../../../shared/vending/match/pattern-cache.ts'

beforeAll(loadEngine)

/** Whether the whole of `value` matches. */
const matches = (pattern: string, value: string) => compilePattern(pattern).matches(value)
const fault = (message: string) => expect.objectContaining({ name: 'PatternFault', message })

describe('a pattern matches the whole value', () => {
  test.each([
    ['main', 'main'],
    ['main|develop', 'main'],
    ['main|develop', 'develop'],
    ['main|release/.*', 'release/1.2'],
    ['main|release/.*', 'release/'],
    ['', ''],
    ['.*', ''],
    ['^main$', 'main'],
    ['\\Amain\\z', 'main'],
    ['(?i)main', 'MAIN'],
    ['a(?i)b|c', 'aB'],
    ['(?m)^main$', 'main'],
    ['(?P<kind>feat|fix)/[a-z]+', 'fix/a'],
    ['(?<kind>feat|fix)/[a-z]+', 'feat/b'],
    ['\\Qa.b\\E+', 'a.bb'],
    ['[[:alpha:]]+', 'abc'],
    ['\\pL+', 'éß'],
    ['\\bmain\\b', 'main'],
    ['(a+)+', 'aaa'],
    ['a??', ''],
    ['.', '😀'],
    ['v\\d{1,3}\\.\\d{1,3}', 'v12.345'],
    ['[0-9a-f]{40}|[0-9a-f]{64}', 'a'.repeat(64)],
  ])('%j matches %j', (pattern, value) => {
    expect(matches(pattern, value)).toBe(true)
  })

  test.each([
    // octo-sts #1643: an alternation that is anchored as text is anchored at its outer ends alone.
    ['main|develop', 'main-attacker'],
    ['main|develop', 'attacker-develop'],
    ['main|develop', 'maindevelop'],
    ['main', 'main\n'],
    ['main$', 'main\n'],
    ['(?m)^main$', 'main\nattacker'],
    ['(?m)main$|develop', 'main\nattacker'],
    ['(?s).main', 'main'],
    ['main|', 'x'],
    ['|', 'main'],
    ['', 'main'],
    ['a??', 'ab'],
    ['a*?', 'ab'],
    ['main', 'MAIN'],
    ['a(?i)b|c', 'AB'],
    ['release/.*', 'x-release/1'],
    ['.', 'ab'],
    ['\\bmain', 'main-attacker'],
  ])('%j does not match %j', (pattern, value) => {
    expect(matches(pattern, value)).toBe(false)
  })
})

const syntax = (message: string) => `error parsing regexp: ${message}`

describe('a pattern that no profile may have is refused when it is compiled', () => {
  test.each([
    // Would close the group of the anchored form, and open another.
    ['a)|(', syntax('unexpected ): `a)|(`')],
    ['a)|(?:b', syntax('unexpected ): `a)|(?:b`')],
    ['(', syntax('missing closing ): `(`')],
    ['a\\', syntax('trailing backslash at end of expression')],
    ['[a', syntax('missing closing ]: `[a`')],
    ['*', syntax('missing argument to repetition operator: `*`')],
    ['a**', syntax('invalid nested repetition operator: `**`')],
    ['a++', syntax('invalid nested repetition operator: `++`')],
    // Sound alone, but its quotation would swallow the anchor.
    ['\\Qa', syntax('missing closing ): `\\A(?:\\Qa)\\z`')],
    ['a|\\Q', syntax('missing closing ): `\\A(?:a|\\Q)\\z`')],
    ['(?=a)', syntax('invalid or unsupported Perl syntax: `(?=`')],
    ['(?!a)', syntax('invalid or unsupported Perl syntax: `(?!`')],
    ['(?<=a)b', syntax('invalid named capture: `(?<=a)b`')],
    ['(?<!a)b', syntax('invalid named capture: `(?<!a)b`')],
    ['(a)\\1', syntax('invalid escape sequence: `\\1`')],
    ['(?P<a>x)(?P=a)', syntax('invalid or unsupported Perl syntax: `(?P`')],
    ['(?P<a>x)\\k<a>', syntax('invalid escape sequence: `\\k`')],
    ['(?>a)', syntax('invalid or unsupported Perl syntax: `(?>`')],
    ['(?(1)a|b)', syntax('invalid or unsupported Perl syntax: `(?(`')],
    ['a{1001}', syntax('invalid repeat count: `{1001}`')],
    ['(a{1000}){1000}', syntax('invalid repeat count: `{1000}`')],
    ['(((a{10}){10}){10}){10}', syntax('invalid repeat count: `{10}`')],
    ['a{1000}', 'it is too large; do its counted repetitions have to be so many?'],
    ['a{500}b{500}', 'it is too large; do its counted repetitions have to be so many?'],
    ['a{1000}'.repeat(140), 'it is too large; do its counted repetitions have to be so many?'],
    [
      `(?:${'abcdefghi'.repeat(100)}){1000}`,
      'it is too large; do its counted repetitions have to be so many?',
    ],
    ['\\pL{1000}', 'it is too large; do its counted repetitions have to be so many?'],
    ['((a{0,10}){0,10}){0,10}', 'it is too large; do its counted repetitions have to be so many?'],
    ['a'.repeat(1001), 'it has more than 1000 characters'],
    ['\ud800', 'it has half a surrogate pair'],
  ])('%j', (pattern, message) => {
    expect(() => compilePattern(pattern)).toThrow(fault(message))
  })
  test('of the greatest length it is still taken', () => {
    expect(matches('a|'.repeat(MAX_PATTERN_LENGTH / 2), 'a')).toBe(true)
  })
})

describe('time does not run away', () => {
  const long = 'a'.repeat(256)
  test.each([
    '(a+)+$',
    '(a*)*b',
    '(a|aa)+b',
    '(a|a?)+b',
    '(x+x+)+y',
    '(.*)*!',
    '(.*)(.*)(.*)(.*)(.*)!',
    '([a-z]+)*\\d',
    '(a?){100}a{100}',
    '(a|b)*a(a|b){12}',
    '(a|b)*a(a|b){100}',
    '.*a.{100}',
    '(\\pL|\\pN|.)*a(\\pL|.){80}',
    `${'('.repeat(300)}a${')'.repeat(300)}*`,
  ])('%j compiles and matches values of 256 bytes within 500 ms together', (pattern) => {
    const values = [long, 'ab'.repeat(128), `${'a'.repeat(255)}!`, 'é'.repeat(128), 'xy'.repeat(128)]
    const began = performance.now()
    const compiled = compilePattern(pattern)
    const outcomes = values.map((value) => compiled.matches(value))
    expect(outcomes).toHaveLength(values.length)
    // Measured alone: at most 50 ms. A backtracking engine would not end at all.
    expect(performance.now() - began).toBeLessThan(500)
  })
})

describe('the cache', () => {
  const capacity = { patterns: 2, size: 1000 }
  test('compiles a pattern once', () => {
    const patternOf = patternCache(capacity)
    expect(patternOf('a')).toBe(patternOf('a'))
  })
  test('forgets the least used pattern when it is full', () => {
    const patternOf = patternCache(capacity)
    const [a, b] = [patternOf('a'), patternOf('b')]
    expect(patternOf('a')).toBe(a)
    patternOf('c')
    expect(patternOf('a')).toBe(a)
    expect(patternOf('b')).not.toBe(b)
  })
  test('forgets patterns when their programs together are too large', () => {
    const patternOf = patternCache({ patterns: 100, size: 1000 })
    const small = patternOf('a')
    patternOf('b{600}')
    expect(patternOf('a')).toBe(small)
    patternOf('c{600}')
    expect(patternOf('a')).toBe(small)
    patternOf('d{900}')
    patternOf('e{900}')
    expect(patternOf('a')).not.toBe(small)
  })
  test('remembers no pattern that is refused', () => {
    const patternOf = patternCache(capacity)
    expect(() => patternOf('(')).toThrow(PatternFault)
    expect(() => patternOf('(')).toThrow(PatternFault)
  })
})

describe('properties', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 })
  /** Patterns that mean the same to RE2 and to JavaScript. */
  const { pattern: common } = fc.letrec<{ pattern: string }>((tie) => ({
    pattern: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      letters,
      fc.constantFrom('.', '[ab]', '[^a]', 'a|b', '(?:)'),
      fc.tuple(tie('pattern'), tie('pattern')).map(([one, other]) => `(?:${one})(?:${other})`),
      fc.tuple(tie('pattern'), tie('pattern')).map(([one, other]) => `${one}|${other}`),
      fc
        .tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '*?', '{2}', '{1,2}'))
        .map(([one, many]) => `(?:${one})${many}`),
    ),
  }))

  test('what matches is what JavaScript’s own engine matches as a whole', () => {
    fc.assert(
      fc.property(common, letters, (pattern, value) => {
        expect(matches(pattern, value)).toBe(new RegExp(`^(?:${pattern})$`, 'u').test(value))
      }),
    )
  })
  test('a literal matches itself, and never a value that has more', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 20 }),
        fc.string({ minLength: 1, maxLength: 5 }),
        (text, more) => {
          const { matches } = compilePattern(`\\Q${text.replaceAll('\\E', '')}\\E`)
          const value = text.replaceAll('\\E', '')
          expect([value, value + more, more + value].map(matches)).toEqual([true, false, false])
        },
      ),
    )
  })
  test('whatever the text, it is a pattern or a fault', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.string({ unit: fc.constantFrom(...'()[]{}|*+?.^$\\QEAzabkP<>=!:,0123-'), maxLength: 40 }),
    )
    fc.assert(
      fc.property(texts, fc.string({ maxLength: 20 }), (pattern, value) => {
        try {
          expect(typeof compilePattern(pattern).matches(value)).toBe('boolean')
        } catch (error) {
          expect(error).toBeInstanceOf(PatternFault)
        }
      }),
      { numRuns: 2000 },
    )
  })
  test('a branch of an alternation never matches more than alone', () => {
    fc.assert(
      fc.property(common, common, letters, (one, other, value) => {
        expect(matches(`${one}|${other}`, value)).toBe(matches(one, value) || matches(other, value))
      }),
    )
  })
})
