/** A bounded memory of one Lambda environment: values by key, each for a limited time. */

/** Milliseconds; `Date.now` unless a test holds the clock. */
export type Clock = () => number

export interface Memory<Value> {
  get(key: string): Value | undefined
  set(key: string, value: Value, lifetimeMilliseconds: number): void
}

/**
 * Makes a memory that forgets what is too old, and the oldest entry when it is full.
 *
 * @param capacity the most entries it holds
 */
export function memory<Value>(capacity: number, clock: Clock = Date.now): Memory<Value> {
  const entries = new Map<string, { readonly value: Value; readonly forgetAt: number }>()
  return {
    get(key) {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      if (entry.forgetAt > clock()) return entry.value
      entries.delete(key)
      return undefined
    },
    set(key, value, lifetimeMilliseconds) {
      entries.delete(key)
      const oldest = entries.keys().next()
      if (entries.size >= capacity && !oldest.done) entries.delete(oldest.value)
      entries.set(key, { value, forgetAt: clock() + lifetimeMilliseconds })
    },
  }
}
