import { argon2 } from 'node:crypto'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { signIn } from '../../../shared/http/sign-in.ts'
import { after, epochSeconds } from '../../../shared/protocol/brands.ts'
import { sha256 } from '../../../shared/protocol/hash.ts'
import { hashPassword } from '../../../shared/protocol/password.ts'
import type { SignInAttempts } from '../../../shared/stores/sign-in-attempts.ts'
import type { User } from '../../../shared/stores/users.ts'
import { user } from '../../support/grants.ts'
import { captureLog } from '../../support/log-lines.ts'
import { weakHash } from '../../support/passwords.ts'

vi.mock(import('node:crypto'), async (original) => {
  const crypto = await original()
  return { ...crypto, argon2: vi.fn(crypto.argon2) }
})
const log = captureLog()
/** 22:05:00, five minutes into a window of fifteen. */
const now = epochSeconds(1_699_999_500)
const limits = { windowSeconds: 900, failuresPerUser: 3, failuresPerSource: 5 }
const right = 'correct horse battery staple'
const ada = user({ passwordHash: await hashPassword(right) })

/** Counters as the table keeps them. */
function memoryAttempts(): SignInAttempts & { readonly counters: Map<string, number> } {
  const counters = new Map<string, number>()
  return {
    counters,
    async count(key, time, window) {
      const windowStart = epochSeconds(time - (time % window))
      const attempts = (counters.get(key) ?? 0) + 1
      counters.set(key, attempts)
      return { key, attempts, windowStart, windowEnd: after(windowStart, window) }
    },
    async takeBack({ key }) {
      counters.set(key, (counters.get(key) ?? 0) - 1)
    },
  }
}

function world(users: readonly User[] = [ada], rehash = vi.fn(async () => {})) {
  const attempts = memoryAttempts()
  const asked: string[] = []
  const find = async (username: string) => {
    asked.push(username)
    return users.find((it) => it.username === username)
  }
  const services = { limits, attempts, users: { find, rehash } }
  const attempt = (username: string, password: string, source = '192.0.2.7') =>
    signIn({ username, password }, source, now, services)
  return { attempt, asked, rehash, counters: attempts.counters }
}
const keyOf = (username: string, source = '192.0.2.7') => `user:${sha256(username)}:${source}`
const tooMany = { outcome: 'too many failures', retryAfterSeconds: 600 }
beforeEach(() => void vi.mocked(argon2).mockClear())

describe('signing in', () => {
  test('gives the user, and leaves no attempt behind', async () => {
    const { attempt, counters } = world()
    expect(await attempt('ada', right)).toEqual({ outcome: 'signed in', user: ada })
    expect([...counters]).toEqual([
      [keyOf('ada'), 0],
      ['source:192.0.2.7', 0],
    ])
  })

  test('finds the user under the one spelling', async () => {
    const { attempt, asked } = world()
    expect(await attempt(' ＡDA', right)).toMatchObject({ outcome: 'signed in' })
    expect(asked).toEqual(['ada'])
  })

  test.each([
    { what: 'a wrong password', username: 'ada', password: 'wrong', reason: 'wrong password' },
    { what: 'an unknown user', username: 'nobody', password: right, reason: 'unknown user' },
    { what: 'what is no user name', username: 'a\u202eda', password: right, reason: 'unknown user' },
    {
      what: 'a user who signs in upstream',
      username: 'eve',
      password: right,
      reason: 'user has no password',
    },
  ])('refuses $what after the same work', async ({ username, password, reason }) => {
    const { attempt, counters } = world([ada, user({ username: 'eve' })])
    expect(await attempt(username, password)).toEqual({ outcome: 'refused', reason })
    expect(vi.mocked(argon2)).toHaveBeenCalledTimes(1)
    expect([...counters.values()]).toEqual([1, 1])
  })

  test.each(['ada', 'nobody'])(
    'refuses a password that is too long without work, of %s alike',
    async (name) => {
      const { attempt } = world()
      expect(await attempt(name, 'x'.repeat(257))).toEqual({
        outcome: 'refused',
        reason: 'password too long',
      })
      expect(vi.mocked(argon2)).not.toHaveBeenCalled()
    },
  )

  test('keeps no text that was typed: a password may stand where the name belongs', async () => {
    const { attempt, counters } = world()
    await attempt('my secret password', 'x')
    expect([...counters.keys()]).toEqual([keyOf('my secret password'), 'source:192.0.2.7'])
    expect(log.text()).not.toContain('secret')
  })
})

describe('failures', () => {
  test('of one name from one address end at the limit, before anybody is looked for', async () => {
    const { attempt, asked } = world()
    for (let failure = 1; failure <= 3; failure += 1)
      expect(await attempt('ada', 'wrong')).toMatchObject({ outcome: 'refused' })
    vi.mocked(argon2).mockClear()
    expect([await attempt('ada', 'wrong'), await attempt('ada', right)]).toEqual([tooMany, tooMany])
    expect(vi.mocked(argon2)).not.toHaveBeenCalled()
    expect(asked).toHaveLength(3)
  })

  test('of many names from one address end at its limit', async () => {
    const { attempt } = world()
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    const outcomes = []
    for (const name of names) outcomes.push((await attempt(name, 'wrong')).outcome)
    expect(outcomes).toEqual([...Array(5).fill('refused'), 'too many failures'])
    expect(await attempt('ada', right, '192.0.2.8')).toMatchObject({ outcome: 'signed in' })
  })

  test('of one name in other spellings are the same name’s', async () => {
    const { attempt } = world()
    for (const name of ['ada', 'ADA', ' ａda']) await attempt(name, 'wrong')
    expect(await attempt('Ada', right)).toEqual(tooMany)
  })

  test('twenty at once: exactly as many as allowed are looked at', async () => {
    const { attempt } = world()
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => attempt('ada', 'wrong')))
    expect(outcomes.filter(({ outcome }) => outcome === 'refused')).toHaveLength(3)
    expect(outcomes.filter(({ outcome }) => outcome === 'too many failures')).toEqual(Array(17).fill(tooMany))
    expect(vi.mocked(argon2)).toHaveBeenCalledTimes(3)
  })

  test('are not made of successes, however many', async () => {
    const { attempt } = world()
    for (let round = 0; round < 10; round += 1)
      expect(await attempt('ada', right)).toMatchObject({ outcome: 'signed in' })
  })

  test('are told to wait until the window ends, a second at least', async () => {
    const attempts = memoryAttempts()
    const services = { limits, attempts, users: { find: async () => ada, rehash: async () => {} } }
    const last = epochSeconds(1_700_000_099) // a second before the window ends
    attempts.counters.set(keyOf('ada'), 3)
    expect(await signIn({ username: 'ada', password: right }, '192.0.2.7', last, services)).toEqual({
      outcome: 'too many failures',
      retryAfterSeconds: 1,
    })
  })
})

describe('a weak hash', () => {
  const old = user({ username: 'old', passwordHash: weakHash(right) })
  test('is replaced at the sign-in, by one of the same password', async () => {
    const { attempt, rehash } = world([old])
    expect(await attempt('old', right)).toEqual({ outcome: 'signed in', user: old })
    expect(rehash.mock.calls).toEqual([['old', old.passwordHash, expect.stringMatching(/m=19456,t=2,p=1/)]])
  })
  test('is left alone by a wrong password', async () => {
    const { attempt, rehash } = world([old])
    await attempt('old', 'wrong')
    expect(rehash).not.toHaveBeenCalled()
  })
  test('that cannot be replaced keeps nobody out', async () => {
    const { attempt } = world([old], vi.fn().mockRejectedValue(new TypeError('down')))
    expect(await attempt('old', right)).toMatchObject({ outcome: 'signed in' })
    expect(log.facts()).toMatchObject([
      { level: 'WARN', message: 'a password was not rehashed', reason: 'TypeError' },
    ])
  })
})
