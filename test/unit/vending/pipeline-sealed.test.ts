import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readEntry } from '../../../shared/vending/pipeline/entry.ts'
import { redact } from '../../../shared/vending/redact.ts'
import { reasonOf, ServiceFailure } from '../../../shared/vending/service-failure.ts'
import { gitHubToken, sealingKeys } from '../../support/vend-requests.ts'

describe('a sealed text', () => {
  test('opens under its additional data, and shows nothing', async () => {
    const { sealer } = sealingKeys()
    const sealed = await sealer.seal('ghs_secret ü', 'key')
    expect([await sealer.open(sealed, 'key'), sealed]).toEqual([
      'ghs_secret ü',
      expect.stringMatching(/^[0-9a-f]{8}\.[\w-]{16}\.[\w-]{18}\.[\w-]{22}$/),
    ])
  })

  test('is another one each time', async () => {
    const { sealer } = sealingKeys()
    const texts = await Promise.all(Array.from({ length: 100 }, () => sealer.seal('same', 'key')))
    expect(new Set(texts).size).toBe(100)
  })

  test.each(['other', 'key ', '', '["key"]'])('does not open under %j', async (additionalData) => {
    const { sealer } = sealingKeys()
    expect(await sealer.open(await sealer.seal('x', 'key'), additionalData)).toBeUndefined()
  })

  test('does not open with another key, nor under another key’s id', async () => {
    const keys = sealingKeys()
    const sealed = await keys.sealer.seal('x', 'key')
    keys.rotate()
    const [id] = (await keys.sealer.seal('x', 'key')).split('.')
    const renamed = [id, ...sealed.split('.').slice(1)].join('.')
    expect([await keys.sealer.open(sealed, 'key'), await keys.sealer.open(renamed, 'key')]).toEqual([
      undefined,
      undefined,
    ])
  })

  test('does not open when any one of its characters is another', async () => {
    const { sealer } = sealingKeys()
    const sealed = await sealer.seal('ghs_secret', 'key')
    const bytes = (text: string) =>
      text
        .split('.')
        .map((part, index) => (index === 0 ? part : Buffer.from(part, 'base64url').toString('hex')))
        .join()
    const places = [...sealed].flatMap((_, at) =>
      ['A', 'B', '.', '', 'é'].map((other) => sealed.slice(0, at) + other + sealed.slice(at + 1)),
    )
    const changed = places.filter((text) => bytes(text) !== bytes(sealed))
    const opened = await Promise.all(changed.map((text) => sealer.open(text, 'key')))
    expect([new Set(opened), changed.length > 100]).toEqual([new Set([undefined]), true])
  })

  test('of any kind opens to nothing, without a fault', async () => {
    const { sealer } = sealingKeys()
    const [id] = (await sealer.seal('x', 'key')).split('.')
    const anything = fc.oneof(
      fc.string(),
      fc.array(fc.base64String()).map((parts) => [id, ...parts].join('.')),
    )
    await fc.assert(
      fc.asyncProperty(anything, async (text) => {
        expect(await sealer.open(text, 'key')).toBeUndefined()
      }),
    )
  })
})

describe('what was in the cache is read', () => {
  const entry = { token: gitHubToken('ghs_1'), usableUntil: 5, confirmedAt: 1 }
  test('when it is an entry', () => {
    expect(readEntry(JSON.stringify(entry))).toEqual(entry)
  })
  test.each([
    '',
    'ghs_1',
    'null',
    '[]',
    '{}',
    '{"token":{}}',
    '{"token":{},"usableUntil":1}',
    '{"token":{"token":"x","expiresAt":1},"usableUntil":1}',
  ])('and is none when it is %j', (text) => {
    expect(readEntry(text)).toBeUndefined()
  })
})

describe('a text for the log', () => {
  const jwtLike = `eyJhbGciOiJSUzI1NiJ9.${'a'.repeat(100)}.${'b'.repeat(300)}`
  test.each([
    ['as it is', 'as it is'],
    [`token ghs_${'a'.repeat(36)}.`, 'token [redacted]'],
    [`ghs_12345_${jwtLike} is bad`, '[redacted] is bad'],
    [`Bearer ${jwtLike}`, 'Bearer [redacted]'],
    [`ghp_${'A1'.repeat(18)}`, '[redacted]'],
    [`github_pat_${'A1_'.repeat(27)}`, '[redacted]'],
    [`bkua_${'0a'.repeat(20)}`, '[redacted]'],
    [`tok_ghs_${'a'.repeat(36)}`, 'tok_[redacted]'],
    [`x_github_pat_${'A1_'.repeat(27)}`, 'x_[redacted]'],
    [`TOKENbkua_${'0a'.repeat(20)}`, 'TOKEN[redacted]'],
    [`JWT_${jwtLike}`, 'JWT_[redacted]'],
    ['two\r\nlines\u0000and\u2028more\u202e', 'two lines and more '],
    ['x'.repeat(300), 'x'.repeat(200)],
    [`${'x'.repeat(190)} ghs_${'a'.repeat(36)}`, `${'x'.repeat(190)} [redacted`],
  ])('%j is %j', (text, expected) => {
    expect(redact(text)).toBe(expected)
  })
  test.each([
    [new ServiceFailure('GitHub', 'refused', 'no'), 'GitHub: no'],
    [new TypeError(`no ghs_${'a'.repeat(36)}`), 'TypeError: no [redacted]'],
    ['text', 'not an Error'],
  ])('of the error %s is %j', (error, expected) => {
    expect(reasonOf(error)).toBe(expected)
  })
})
