/** A secret's parsed value, remembered in one Lambda environment. */
import type { Clock } from './memory.ts'
import type { SecretStore } from './secrets.ts'

const MINUTE = 60_000
/** A new key is published well before it signs, so readers may lag by this much. */
const FRESH_MILLISECONDS = 5 * MINUTE
/** While Secrets Manager fails, the value in memory goes on for this long, and is asked for again this often. */
const STALE_MILLISECONDS = 60 * MINUTE
const RETRY_MILLISECONDS = MINUTE / 2

/** A secret that has no value yet: the deployment is not finished. */
export class SecretMissing extends Error {
  constructor(name: string) {
    super(`the secret ${name} has no value yet`)
    this.name = 'SecretMissing'
  }
}

/**
 * Reads and parses a secret at first use, and again when what is in memory is too old.
 *
 * @param name the secret's name, for messages
 * @param parse throws on a value that is no good; nothing is remembered then
 * @returns a function that gives the value, or throws SecretMissing while there is none
 */
export function cachedSecret<Value>(
  store: Pick<SecretStore, 'current'>,
  name: string,
  parse: (text: string) => Value | Promise<Value>,
  clock: Clock = Date.now,
): () => Promise<Value> {
  let remembered: { readonly value: Value; readonly readAt: number; readAgainAt: number } | undefined

  async function read(): Promise<Value> {
    const current = await store.current()
    if (!current) throw new SecretMissing(name)
    const value = await parse(current.value)
    remembered = {
      value,
      readAt: clock(),
      readAgainAt: clock() + FRESH_MILLISECONDS,
    }
    return value
  }

  return async () => {
    if (remembered && clock() < remembered.readAgainAt) return remembered.value
    try {
      return await read()
    } catch (error) {
      if (!remembered || clock() - remembered.readAt >= STALE_MILLISECONDS) throw error
      remembered.readAgainAt = clock() + RETRY_MILLISECONDS
      return remembered.value
    }
  }
}
