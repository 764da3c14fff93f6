import { argon2 } from 'node:crypto'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { checkPassword, hashPassword } from '../../../shared/protocol/password.ts'
import { weakHash } from '../../support/passwords.ts'

vi.mock(import('node:crypto'), async (original) => {
  const crypto = await original()
  return { ...crypto, argon2: vi.fn(crypto.argon2) }
})
beforeEach(() => void vi.mocked(argon2).mockClear())

const right = 'correct horse battery staple'
const strong = await hashPassword(right)
/** What each call of argon2 was asked to do, less password and salt. */
const work = () =>
  vi.mocked(argon2).mock.calls.map(([algorithm, { memory, passes, parallelism, tagLength }]) => ({
    algorithm,
    memory,
    passes,
    parallelism,
    tagLength,
  }))
const full = { algorithm: 'argon2id', memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 }

describe('a password at rest', () => {
  test('is an argon2id hash in the PHC string format, 19 MiB and two passes', () => {
    expect(strong).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  })
  test('has a salt of its own', async () => {
    expect(await hashPassword(right)).not.toBe(strong)
  })
})

describe('the right password', () => {
  test('matches', async () => {
    expect(await checkPassword(right, strong)).toEqual({ matches: true, needsRehash: false })
    expect(work()).toEqual([full])
  })

  test.each([
    { what: 'composed or not', typed: 'zoe\u0308', set: 'zo\u00eb' },
    { what: 'on a keyboard of full width', typed: 'Ｐａｓｓ１', set: 'Pass1' },
    { what: 'with a ligature', typed: 'oﬃce', set: 'office' },
    { what: 'with white space around it, which counts', typed: ' x ', set: ' x ' },
    { what: 'with a null byte', typed: 'a\0b', set: 'a\0b' },
    { what: 'with an emoji', typed: '😀', set: '😀' },
  ])('matches as it is typed: $what (RFC 8265 §4.2)', async ({ typed, set }) => {
    expect(await checkPassword(typed, await hashPassword(set))).toMatchObject({ matches: true })
  })

  test.each([
    { what: 'less memory', cost: { memory: 8192, passes: 2 }, needsRehash: true },
    { what: 'fewer passes', cost: { memory: 19_456, passes: 1 }, needsRehash: true },
    { what: 'a shorter tag', cost: { memory: 19_456, passes: 2, tagLength: 16 }, needsRehash: true },
    { what: 'the same', cost: { memory: 19_456, passes: 2 }, needsRehash: false },
    { what: 'more memory', cost: { memory: 20_480, passes: 2 }, needsRehash: false },
    { what: 'more passes', cost: { memory: 19_456, passes: 3 }, needsRehash: false },
  ])('matches a hash of $what, needs rehash: $needsRehash', async ({ cost, needsRehash }) => {
    expect(await checkPassword(right, weakHash(right, cost))).toEqual({ matches: true, needsRehash })
  })
})

describe('no match', () => {
  test.each([
    { what: 'another password', typed: 'wrong' },
    { what: 'nothing', typed: '' },
    { what: 'other case', typed: right.toUpperCase() },
    { what: 'a space more', typed: `${right} ` },
    { what: 'a null byte more', typed: `${right}\0` },
    { what: 'a prefix', typed: right.slice(0, -1) },
  ])('$what', async ({ typed }) => {
    expect(await checkPassword(typed, strong)).toEqual({ matches: false, needsRehash: false })
  })

  test('a wrong password asks for no rehash, however weak the hash is', async () => {
    expect(await checkPassword('wrong', weakHash(right))).toEqual({ matches: false, needsRehash: false })
  })

  test('an unknown user costs the same work, and never matches', async () => {
    expect(await checkPassword(right, undefined)).toEqual({ matches: false, needsRehash: false })
    expect(await checkPassword('', undefined)).toEqual({ matches: false, needsRehash: false })
    expect(work()).toEqual([full, full])
  })
})

describe('what is no argon2id hash', () => {
  const message = 'a stored password is not an argon2id hash'
  test.each([
    '',
    'hunter2',
    '$2b$12$abcdefghijklmnopqrstuv',
    strong.replace('argon2id', 'argon2i'),
    strong.replace('v=19', 'v=16'),
    strong.replace('m=19456', 'm='),
    `${strong}$`,
    `${strong}\n`,
    ` ${strong}`,
    strong.replace(/\$[^$]+$/, ''),
  ])('is an error that does not quote it: %j', async (stored) => {
    await expect(checkPassword(right, stored)).rejects.toEqual(new Error(message))
  })
})
