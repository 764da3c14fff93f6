/** Rate limits: exact counters a minute, and a memory of who is blocked until the window ends. */
import type { RateTier } from '../config/types.ts'
import type { EpochSeconds } from '../protocol/brands.ts'
import type { RateHeader } from '../protocol/rate-headers.ts'
import { type Clock, memory } from '../stores/memory.ts'
import type { CountedWindow, RateLimitStore } from '../stores/rate-limits.ts'

/** Where a subject stands in its window after this request. */
export interface RateState {
  readonly allowed: boolean
  readonly limit: number
  /** Never negative. */
  readonly remaining: number
  /** When the window ends. */
  readonly reset: EpochSeconds
}

export interface RateLimiter {
  /** Counts a request of `subject`, which may make as many a minute as its tier allows. */
  count(subject: string, tier: RateTier, now: EpochSeconds): Promise<RateState>
}

const REMEMBERED_SUBJECTS = 10_000

export function rateLimiter(store: RateLimitStore, clock: Clock = Date.now): RateLimiter {
  const blocked = memory<CountedWindow>(REMEMBERED_SUBJECTS, clock)
  return {
    async count(subject, { requestsPerMinute: limit }, now) {
      // A blocked caller costs no further write until its window ends, unless its limit was raised since.
      const remembered = blocked.get(subject)
      const isBlocked = remembered !== undefined && remembered.requests > limit
      const window = isBlocked ? remembered : await store.count(subject, now)
      const allowed = window.requests <= limit
      if (!allowed) blocked.set(subject, window, window.end * 1000 - clock())
      return {
        allowed,
        limit,
        remaining: Math.max(0, limit - window.requests),
        reset: window.end,
      }
    },
  }
}

/**
 * The headers that tell a caller where it stands: those that everyone knows, whose reset is a point in time, and
 * the IETF's (draft-ietf-httpapi-ratelimit-headers), which count in seconds.
 */
export function rateHeaders(
  { limit, remaining, reset }: RateState,
  now: EpochSeconds,
): Record<RateHeader, string> {
  return {
    'X-RateLimit-Limit': String(limit),
    'X-RateLimit-Remaining': String(remaining),
    'X-RateLimit-Reset': String(reset),
    RateLimit: `"minute";r=${remaining};t=${Math.max(0, reset - now)}`,
    'RateLimit-Policy': `"minute";q=${limit};w=60`,
  }
}

/** Whole seconds until the window ends, at least one (`Retry-After`, RFC 9110 §10.2.3). */
export function retryAfter({ reset }: RateState, now: EpochSeconds): string {
  return String(Math.max(1, reset - now))
}
