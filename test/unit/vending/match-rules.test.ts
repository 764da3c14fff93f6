import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { isAllowedClaim } from '../../../shared/vending/match/allowed-claims.ts'
import { matchRules } from '../../../shared/vending/match/match-rules.ts'
import { loadEngine } from '../../../shared/vending/match/pattern.ts'
import type { MatchRule } from '../../../shared/vending/types.ts'

beforeAll(loadEngine)

const value = (claim: string, value: string): MatchRule => ({ claim, expected: { kind: 'value', value } })
const pattern = (claim: string, pattern: string): MatchRule => ({
  claim,
  expected: { kind: 'pattern', pattern },
})
const allowed = ['a', 'b', 'c', 'constructor', '__proto__', 'agent_tag:']
const match = (rules: readonly MatchRule[], claims: Record<string, unknown>, allowedClaims = allowed) =>
  matchRules({ rules }, { claims }, allowedClaims)
/** How a single rule goes for a claim `a`. */
const outcome = (rule: MatchRule, claim: unknown) => match([rule], { a: claim }).tried[0]?.outcome

describe('rules are ANDed', () => {
  const rules = [value('a', 'main'), pattern('b', 'v[0-9]+')]
  test('a caller that all of them match passes', () => {
    expect(match(rules, { a: 'main', b: 'v1', x: 'y' })).toEqual({
      kind: 'allowed',
      tried: [
        { claim: 'a', expected: 'value "main"', outcome: 'matched' },
        { claim: 'b', expected: 'pattern "v[0-9]+"', outcome: 'matched' },
      ],
    })
  })
  test.each([
    [{ a: 'main', b: 'x' }, ['matched', 'no match']],
    [{ a: 'x', b: 'v1' }, ['no match', 'matched']],
    [{ a: 'x', b: 'x' }, ['no match', 'no match']],
    [{ a: 'main' }, ['matched', 'claim missing']],
    [{ b: ' ' }, ['claim missing', 'claim malformed']],
    [{}, ['claim missing', 'claim missing']],
  ])('%j is refused, and every rule tells how it went: %j', (claims, outcomes) => {
    expect(match(rules, claims)).toEqual({
      kind: 'refused',
      tried: [
        { claim: 'a', expected: 'value "main"', outcome: outcomes[0] },
        { claim: 'b', expected: 'pattern "v[0-9]+"', outcome: outcomes[1] },
      ],
    })
  })
  test('no rules match everyone', () => {
    expect(match([], {})).toEqual({ kind: 'allowed', tried: [] })
  })
  test('a claim may have several rules, all of which it has to match', () => {
    const both = [pattern('a', 'release/.*'), pattern('a', '.*-eu')]
    expect(match(both, { a: 'release/1-eu' }).kind).toBe('allowed')
    expect(match(both, { a: 'release/1-us' }).kind).toBe('refused')
  })
})

describe('a claim is matched', () => {
  test.each([
    [value('a', 'main'), 'main'],
    [value('a', ''), ''],
    [value('a', 'true'), true],
    [value('a', 'false'), false],
    [value('a', 'true'), 'true'],
    [value('a', '0'), 0],
    [value('a', '0'), -0],
    [value('a', '-7'), -7],
    [value('a', '42'), 42],
    [value('a', '42'), 4.2e1],
    [value('a', '9007199254740991'), Number.MAX_SAFE_INTEGER],
    [value('a', 'x'), ['x']],
    [value('a', 'y'), ['x', 'y']],
    [value('a', '1'), ['x', 1]],
    [value('a', 'true'), [false, true]],
    [value('a', 'é😀'), 'é😀'],
    [value('a', 'e\u0301'), 'e\u0301'],
    [value('a', 'a'.repeat(256)), 'a'.repeat(256)],
    [value('a', 'é'.repeat(128)), 'é'.repeat(128)],
    [pattern('a', 'main|develop'), 'develop'],
    [pattern('a', '[0-9]+'), 42],
    [pattern('a', 'x|y'), ['z', 'y']],
    [pattern('a', '.*'), ''],
    [pattern('a', '.*'), 'a'.repeat(256)],
    [pattern('a', '.*'), Array.from({ length: 100 }, String)],
  ])('by %j: %j', (rule, claim) => {
    expect(outcome(rule, claim)).toBe('matched')
  })
})

describe('a claim is not matched', () => {
  test.each([
    [value('a', 'main'), 'Main'],
    [value('a', 'main'), 'main-attacker'],
    [value('a', 'main|develop'), 'main'],
    [value('a', '.*'), 'main'],
    [value('a', ''), 'x'],
    [value('a', 'é'), 'e\u0301'],
    [value('a', 'K'), '\u212a'],
    [value('a', 'True'), true],
    [value('a', '1'), true],
    [value('a', '042'), 42],
    [value('a', '42.0'), 42],
    [value('a', '4.2e1'), 42],
    [value('a', 'x,y'), ['x', 'y']],
    [value('a', '["x"]'), ['x']],
    [value('a', ''), []],
    [pattern('a', '.*'), []],
    [pattern('a', 'main|develop'), 'main-attacker'],
    [pattern('a', 'x|y'), ['xy', 'z']],
  ])('by %j: %j', (rule, claim) => {
    expect(outcome(rule, claim)).toBe('no match')
  })
})

describe('a malformed claim is refused, whatever the rule', () => {
  test.each([
    ['257 bytes', 'a'.repeat(257)],
    ['129 characters of 258 bytes', 'é'.repeat(129)],
    ['a space', 'a b'],
    ['a space at the end', 'main '],
    ['a tab', 'a\tb'],
    ['a line feed', 'main\n'],
    ['a carriage return', 'a\rb'],
    ['a vertical tab', 'a\vb'],
    ['NUL', 'main\0'],
    ['delete', 'a\u007f'],
    ['next line', 'a\u0085b'],
    ['a no-break space', 'a\u00a0b'],
    ['an ogham space', 'a\u1680b'],
    ['an em space', 'a\u2003b'],
    ['a line separator', 'a\u2028b'],
    ['a paragraph separator', 'a\u2029b'],
    ['an ideographic space', 'a\u3000b'],
    ['a byte order mark', '\ufeffmain'],
    ['a zero width space', 'ma\u200bin'],
    ['a zero width joiner', 'ma\u200din'],
    ['a right-to-left override', 'main\u202e'],
    ['a direction isolate', '\u2066main\u2069'],
    ['a soft hyphen', 'ma\u00adin'],
    ['a tag character', 'main\u{e0061}'],
    ['half a surrogate pair', 'a\ud800'],
    ['null', null],
    ['an object', {}],
    ['an object with a text', { toString: 'main' }],
    ['a fraction', 1.5],
    ['a number past the safe ones', 2 ** 53],
    ['a number that is none', Number.NaN],
    ['a list of a malformed text', ['main', 'a b']],
    ['a list with null', ['main', null]],
    ['a list in a list', [['main']]],
    ['101 elements', Array.from({ length: 101 }, () => 'main')],
    ['a list with a hole', new Array(1)],
  ])('%s', (_, claim) => {
    expect(match([value('a', 'main')], { a: claim })).toEqual({
      kind: 'refused',
      tried: [{ claim: 'a', expected: 'value "main"', outcome: 'claim malformed' }],
    })
    expect(outcome(pattern('a', '(?s).*'), claim)).toBe('claim malformed')
    if (typeof claim === 'string') expect(outcome(value('a', claim), claim)).toBe('claim malformed')
  })
  test('and one that no rule names is nobody’s concern', () => {
    expect(match([value('a', 'main')], { a: 'main', b: 'a b' }).kind).toBe('allowed')
  })
})

describe('a claim is missing', () => {
  test.each([
    ['that is not there', 'a', {}],
    ['that is undefined', 'a', { a: undefined }],
    ['of another spelling', 'a', { A: 'x' }],
    ['that the prototype of objects has', 'constructor', {}],
    ['that names the prototype', '__proto__', {}],
  ])('%s', (_, claim, claims) => {
    const rules = [value(claim, 'x'), pattern(claim, '.*')]
    expect(match(rules, claims)).toEqual({
      kind: 'refused',
      tried: [
        { claim, expected: 'value "x"', outcome: 'claim missing' },
        { claim, expected: 'pattern ".*"', outcome: 'claim missing' },
      ],
    })
  })
  test('unless the token says it, whatever it is called', () => {
    const claims = JSON.parse('{"constructor":"x","__proto__":"y"}')
    const { kind } = match([value('constructor', 'x'), value('__proto__', 'y')], claims)
    expect(kind).toBe('allowed')
  })
})

describe('claims that the caller’s issuer does not allow', () => {
  test('are refused although another issuer allows them, and although they match', () => {
    expect(match([value('a', 'x'), value('b', 'y')], { a: 'x', b: 'y' }, ['a'])).toEqual({
      kind: 'refused',
      tried: [
        { claim: 'a', expected: 'value "x"', outcome: 'matched' },
        { claim: 'b', expected: 'value "y"', outcome: 'claim not allowed' },
      ],
    })
  })
  test.each([
    ['agent_tag:', 'agent_tag:queue', true],
    ['agent_tag:', 'agent_tag::', true],
    ['agent_tag:', 'agent_tag:', false],
    ['agent_tag:', 'agent_tag', false],
    ['agent_tag:', 'xagent_tag:queue', false],
    ['agent_tag', 'agent_tag', true],
    ['agent_tag', 'agent_tag:queue', false],
    ['a', 'A', false],
    ['', '', true],
  ])('an allowed %j allows %j: %j', (name, claim, expected) => {
    expect(isAllowedClaim(claim, ['x', name])).toBe(expected)
  })
  test('a tag of the agent is a claim of that very name', () => {
    expect(match([value('agent_tag:queue', 'x')], { 'agent_tag:queue': 'x' }).kind).toBe('allowed')
    expect(match([value('agent_tag:queue', 'x')], { agent_tag: { queue: 'x' } }).kind).toBe('refused')
  })
})

describe('properties', () => {
  const texts = fc.stringMatching(/^[a-z0-9/._-]{0,20}$/)
  const anything = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.anything())

  test('one rule more never lets anyone pass who did not', () => {
    const rules = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), texts).map(([a, b]) => value(a, b)))
    const claims = fc.dictionary(fc.constantFrom('a', 'b', 'c'), texts)
    fc.assert(
      fc.property(rules, rules, claims, (some, more, held) => {
        const isAllowed = match([...some, ...more], held).kind === 'allowed'
        expect(isAllowed).toBe(match(some, held).kind === 'allowed' && match(more, held).kind === 'allowed')
      }),
    )
  })
  test('whatever the claims, there is an outcome for each rule', () => {
    fc.assert(
      fc.property(anything, (claims) => {
        const { tried } = match([value('a', 'x'), pattern('b', '.*'), pattern('c', 'x')], claims)
        expect(tried.map(({ claim }) => claim)).toEqual(['a', 'b', 'c'])
      }),
    )
  })
  test('a value matches the text that it is, and no other', () => {
    fc.assert(
      fc.property(texts, texts, (one, other) => {
        expect(outcome(value('a', one), other)).toBe(one === other ? 'matched' : 'no match')
      }),
    )
  })
})
