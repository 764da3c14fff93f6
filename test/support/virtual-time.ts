import type { Time } from '../../shared/vending/http.ts'

/** A clock that stands still until everybody sleeps, and then leaps to the first who wakes. */
export function virtualTime(startedAt: number): Time & { leap(milliseconds: number): void } {
  let now = startedAt
  const sleepers: { readonly at: number; readonly wake: () => void }[] = []
  function wakeNext(): void {
    sleepers.sort((one, other) => one.at - other.at)
    const next = sleepers.shift()
    if (!next) return
    now = Math.max(now, next.at)
    next.wake()
    if (sleepers.length > 0) setImmediate(wakeNext)
  }
  return {
    now: () => now,
    sleep(milliseconds) {
      return new Promise((wake) => {
        sleepers.push({ at: now + milliseconds, wake })
        if (sleepers.length === 1) setImmediate(wakeNext)
      })
    },
    leap(milliseconds) {
      now += milliseconds
    },
  }
}
