import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seconds } from '../../../shared/protocol/brands.ts'
import { sha256 } from '../../../shared/protocol/hash.ts'
import {
  type ApiTokenRequest,
  apiTokenPattern,
  InvalidApiTokenRequest,
  newApiToken,
  successorOf,
} from '../../../shared/tokens/api-token.ts'
import { isOpaqueToken } from '../../../shared/tokens/opaque-token.ts'
import { at, storedApiToken, T0 } from '../../support/grants.ts'
import { preset } from '../../support/presets.ts'

const { scopes } = preset('default')
const prefix = 'bb_live_'
const policy = { apiTokens: { prefix }, scopes }
const request = (different: Partial<ApiTokenRequest> = {}): ApiTokenRequest => ({
  account: 'acme',
  name: 'Nightly export',
  scope: ['read'],
  createdBy: 'ada',
  ...different,
})
const make = (different: Partial<ApiTokenRequest> = {}) => newApiToken(request(different), policy, T0)
const FIVE_YEARS = 157_680_000

describe('a new API token', () => {
  test('rests as SHA-256 alone: nothing in its record holds its text', () => {
    const { text, record } = make()
    expect(record).toEqual({
      tokenHash: sha256(text),
      kind: 'api_token',
      account: 'acme',
      name: 'Nightly export',
      scope: ['read'],
      createdBy: 'ada',
      hint: text.slice(0, 12),
      issuedAt: T0,
    })
    expect(JSON.stringify(record)).not.toContain(text)
    expect(JSON.stringify(record)).not.toContain(text.slice(prefix.length + 4))
  })

  test('B1.5 has the deployment’s prefix, 192 random bits and a checksum', () => {
    const texts = Array.from({ length: 200 }, () => make().text)
    expect(new Set(texts).size).toBe(200)
    expect(texts.filter((text) => !isOpaqueToken(text, { format: 'prefixed', prefix }))).toEqual([])
    expect(texts.filter((text) => isOpaqueToken(text, { format: 'prefixed', prefix: 'bb_test_' }))).toEqual(
      [],
    )
  })

  test.each([
    { what: 'one character', name: 'a', stored: 'a' },
    { what: 'a hundred characters', name: 'é'.repeat(100), stored: 'é'.repeat(100) },
    {
      what: 'a hundred characters outside the basic plane',
      name: '🤖'.repeat(100),
      stored: '🤖'.repeat(100),
    },
    { what: 'space around, which is no part of it', name: '  CI of web ', stored: 'CI of web' },
    { what: 'a joined emoji', name: '👩‍🔧', stored: '👩‍🔧' },
    { what: 'another script', name: 'می‌خواهم', stored: 'می‌خواهم' },
  ])('may be called by $what', ({ name, stored }) => {
    expect(make({ name }).record.name).toBe(stored)
  })

  test('B1.2 has the chosen subset of the scopes, each once', () => {
    expect(make({ scope: ['write', 'read', 'write'] }).record.scope).toEqual(['write', 'read'])
  })

  test.each([60, 86_400, FIVE_YEARS])('may live %i seconds', (lifetime) => {
    expect(make({ expiresIn: seconds(lifetime) }).record.expiresAt).toBe(at(lifetime))
  })
})

describe('is refused, the field named', () => {
  const name = '1 to 100 characters, visible and without control characters'
  const time = 'a time from 60 seconds to 5 years'
  test.each([
    { different: { name: '' }, faults: [['name', name]] },
    { different: { name: ' \u3000 ' }, faults: [['name', name]] },
    { different: { name: '\u200b\u200d' }, faults: [['name', name]] },
    { different: { name: 'a'.repeat(101) }, faults: [['name', name]] },
    { different: { name: 'a\nb' }, faults: [['name', name]] },
    { different: { name: 'a\u0000b' }, faults: [['name', name]] },
    { different: { name: 'a\u2028b' }, faults: [['name', name]] },
    { different: { name: 'a\u202eb' }, faults: [['name', name]] },
    { different: { name: 'a\ud800b' }, faults: [['name', name]] },
    { different: { scope: [] }, faults: [['scope', 'at least one scope']] },
    {
      different: { scope: ['nope'] },
      faults: [['scope', 'scopes of the catalogue, but there is no "nope"']],
    },
    {
      different: { scope: ['read', 'constructor'] },
      faults: [['scope', 'scopes of the catalogue, but there is no "constructor"']],
    },
    {
      different: { scope: ['openid'] },
      faults: [['scope', 'scopes of an account, but "openid" is about a person']],
    },
    { different: { expiresIn: seconds(59) }, faults: [['expiresIn', time]] },
    { different: { expiresIn: seconds(FIVE_YEARS + 1) }, faults: [['expiresIn', time]] },
    { different: { expiresIn: seconds(60.5) }, faults: [['expiresIn', time]] },
    { different: { expiresIn: seconds(Number.NaN) }, faults: [['expiresIn', time]] },
    { different: { expiresIn: seconds(Number.POSITIVE_INFINITY) }, faults: [['expiresIn', time]] },
    {
      different: { name: '', scope: [], expiresIn: seconds(0) },
      faults: [
        ['name', name],
        ['scope', 'at least one scope'],
        ['expiresIn', time],
      ],
    },
  ])('$different', ({ different, faults }) => {
    expect(refusal(() => make(different))).toEqual({
      faults: faults.map(([field, expected]) => ({ field, expected })),
      message: faults.map(([field, expected]) => `${field}: expected ${expected}`).join('\n'),
    })
  })

  function refusal(act: () => unknown) {
    try {
      return act()
    } catch (error) {
      if (!(error instanceof InvalidApiTokenRequest)) throw error
      return { faults: error.faults, message: error.message }
    }
  }
})

describe('the successor of an API token', () => {
  test.each([
    { what: 'with an end, as long in all as that one', expiresAt: at(3600), ends: at(10_000 + 3600) },
    { what: 'without end', expiresAt: undefined, ends: undefined },
  ])('has its name, scope and account, and lives $what', ({ expiresAt, ends }) => {
    const { expiresAt: _, ...rest } = storedApiToken({ scope: ['read', 'gone since'], lastUsedAt: at(5) })
    const old = expiresAt === undefined ? rest : { ...rest, expiresAt }
    const { text, record } = successorOf(old, 'grace', policy, at(10_000))
    expect(record).toEqual({
      tokenHash: sha256(text),
      kind: 'api_token',
      account: 'acme',
      name: 'Nightly export',
      scope: ['read', 'gone since'],
      createdBy: 'grace',
      hint: text.slice(0, 12),
      issuedAt: at(10_000),
      ...(ends === undefined ? {} : { expiresAt: ends }),
    })
  })
})

describe('the pattern for scanners', () => {
  test('is what the README says', () => {
    const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')
    const [told] = /(?<=\(for the prefix `bb_live_`\):\n\n```\n).*(?=\n```)/.exec(readme) ?? []
    expect(apiTokenPattern('bb_live_')).toBe(told)
    expect(apiTokenPattern('scrip_live_')).toBe('scrip_live_[0-9A-Za-z]{39}')
  })

  test('finds every token in any text around it, and the token alone', () => {
    const around = fc.string({ maxLength: 20 }).filter((text) => !/^[0-9A-Za-z]/.test(text))
    fc.assert(
      fc.property(around, around, (before, after) => {
        const { text } = make()
        expect(new RegExp(apiTokenPattern(prefix)).exec(`${before}${text}${after}`)?.[0]).toBe(text)
      }),
    )
  })

  test('is no token’s of another environment', () => {
    expect(make().text).not.toMatch(new RegExp(apiTokenPattern('bb_test_')))
  })
})
