/**
 * What one Lambda environment may remember for a while. The shape of `stores/memory.ts`, which makes one:
 * vending knows no store, so it is handed in.
 */
export interface Remembered<Value> {
  get(key: string): Value | undefined
  set(key: string, value: Value, lifetimeMilliseconds: number): void
}
