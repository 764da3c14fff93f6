/** Reads remembered for some seconds: saving a read saves more than any other change on the hot path. */
import { type Clock, memory } from './memory.ts'

/** The design's limit: a change of a client or an account takes effect everywhere within ten seconds. */
const REMEMBERED_MILLISECONDS = 10_000
const CAPACITY = 1_000

interface Reader<Value> {
  find(key: string): Promise<Value | undefined>
}

/**
 * Remembers what `reader` found, and equally what it did not find: an answer from memory in one case only
 * would tell a stranger which ids exist.
 */
export function cachedReader<Value>(reader: Reader<Value>, clock: Clock = Date.now): Reader<Value> {
  const known = memory<{ readonly value: Value | undefined }>(CAPACITY, clock)
  return {
    async find(key) {
      const remembered = known.get(key)
      if (remembered) return remembered.value
      const value = await reader.find(key)
      known.set(key, { value }, REMEMBERED_MILLISECONDS)
      return value
    },
  }
}
