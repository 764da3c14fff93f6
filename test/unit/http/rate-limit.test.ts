import { describe, expect, test } from 'vitest'
import { rateHeaders, rateLimiter, retryAfter } from '../../../shared/http/rate-limit.ts'
import { epochSeconds } from '../../../shared/protocol/brands.ts'
import { memoryRateLimits, NOW, WINDOW_END } from '../../support/token-deployment.ts'

const tier = (requestsPerMinute: number) => ({ requestsPerMinute })
const end = WINDOW_END

/** A limiter over counters in memory, its clock in hand. */
function limiter() {
  const store = memoryRateLimits()
  let now = NOW
  const { count } = rateLimiter(store, () => now * 1000)
  return {
    store,
    at: (time: number) => {
      now = time
    },
    count: (subject: string, limit: number) => count(subject, tier(limit), epochSeconds(now)),
  }
}

describe('a limit', () => {
  test('is exact: the last request it allows passes, the next does not', async () => {
    const { count } = limiter()
    const states = [await count('a', 3), await count('a', 3), await count('a', 3), await count('a', 3)]
    expect(states).toEqual([
      { allowed: true, limit: 3, remaining: 2, reset: end },
      { allowed: true, limit: 3, remaining: 1, reset: end },
      { allowed: true, limit: 3, remaining: 0, reset: end },
      { allowed: false, limit: 3, remaining: 0, reset: end },
    ])
  })

  test('is each subject’s own', async () => {
    const { count } = limiter()
    await count('a', 1)
    expect(await count('b', 1)).toEqual({ allowed: true, limit: 1, remaining: 0, reset: end })
  })

  test('starts anew with the next window, to the second', async () => {
    const { count, at } = limiter()
    await count('a', 1)
    await count('a', 1)
    at(end - 1)
    expect((await count('a', 1)).allowed).toBe(false)
    at(end)
    expect(await count('a', 1)).toEqual({ allowed: true, limit: 1, remaining: 0, reset: end + 60 })
  })
})

describe('a blocked subject', () => {
  test('costs no further write until its window ends', async () => {
    const { count, at, store } = limiter()
    for (let requests = 0; requests < 10; requests += 1) await count('a', 2)
    expect(store.writes).toEqual(['a', 'a', 'a'])
    at(end)
    await count('a', 2)
    expect(store.writes).toEqual(['a', 'a', 'a', 'a'])
  })

  test('is remembered among the latest 10,000, so that a flood of many fills no memory', async () => {
    const { count, store } = limiter()
    for (let number = 0; number <= 10_000; number += 1) {
      await count(`subject ${number}`, 1)
      await count(`subject ${number}`, 1)
    }
    store.writes.length = 0
    await count('subject 1', 1)
    await count('subject 0', 1)
    expect(store.writes).toEqual(['subject 0'])
  })

  test('blocks nobody else', async () => {
    const { count, store } = limiter()
    await count('a', 1)
    await count('a', 1)
    expect([(await count('b', 1)).allowed, store.writes]).toEqual([true, ['a', 'a', 'b']])
  })

  test('goes on where its limit is raised, and every request is counted then', async () => {
    const { count, store } = limiter()
    for (let requests = 0; requests < 3; requests += 1) await count('a', 1)
    expect(await count('a', 4)).toEqual({ allowed: true, limit: 4, remaining: 1, reset: end })
    expect(await count('a', 4)).toEqual({ allowed: true, limit: 4, remaining: 0, reset: end })
    expect((await count('a', 4)).allowed).toBe(false)
    expect(store.writes.length).toBe(5)
  })
})

test.each([
  { now: end - 42, t: 42 },
  { now: end, t: 0 },
  { now: end + 1, t: 0 },
])('the headers tell a point in time, and the IETF’s the $t seconds until then', ({ now, t }) => {
  const state = { allowed: true, limit: 600, remaining: 12, reset: epochSeconds(end) }
  expect(rateHeaders(state, epochSeconds(now))).toEqual({
    'X-RateLimit-Limit': '600',
    'X-RateLimit-Remaining': '12',
    'X-RateLimit-Reset': String(end),
    RateLimit: `"minute";r=12;t=${t}`,
    'RateLimit-Policy': '"minute";q=600;w=60',
  })
})

test.each([
  { now: end - 60, seconds: '60' },
  { now: end - 1, seconds: '1' },
  { now: end, seconds: '1' },
  { now: end + 5, seconds: '1' },
])('Retry-After is at least one second (RFC 9110 §10.2.3): $seconds', ({ now, seconds }) => {
  const state = { allowed: false, limit: 1, remaining: 0, reset: epochSeconds(end) }
  expect(retryAfter(state, epochSeconds(now))).toBe(seconds)
})
