/**
 * Documents of symmetric keys, as they rest in Secrets Manager: `refresh-keys` (MACs of refresh tokens) and
 * `session-keys` (cookies). The states are those of `key-set.ts`; a retired key verifies and no longer issues.
 */
import { randomBytes } from 'node:crypto'
import type { EpochSeconds } from '../protocol/brands.ts'
import type { KeyState } from './key-set.ts'

/** Bytes of a key: 256 bits. */
const KEY_BYTES = 32
const KEY_ID_BYTES = 4

export interface SymmetricKey {
  readonly state: KeyState
  readonly since: EpochSeconds
  /** Eight hexadecimal digits. */
  readonly keyId: string
  readonly secret: Uint8Array
}

export interface SymmetricKeys {
  readonly current: SymmetricKey
  find(keyId: string): SymmetricKey | undefined
}

/** The document of a deployment's first key. */
export function newSymmetricKeys(since: EpochSeconds): string {
  const keyId = randomBytes(KEY_ID_BYTES).toString('hex')
  const secret = randomBytes(KEY_BYTES).toString('base64url')
  return JSON.stringify({ keys: [{ state: 'current', since, keyId, secret }] })
}

/**
 * Reads a document.
 *
 * @throws Error that tells the secret's name and nothing of its value
 */
export function parseSymmetricKeys(text: string, name: string): SymmetricKeys {
  const keys = readKeys(text)
  const current = keys?.find(({ state }) => state === 'current')
  if (!keys || !current) throw new Error(`the secret ${name} does not hold symmetric keys`)
  return { current, find: (keyId) => keys.find((key) => key.keyId === keyId) }
}

function readKeys(text: string): SymmetricKey[] | undefined {
  try {
    const { keys } = JSON.parse(text) as { keys: (Omit<SymmetricKey, 'secret'> & { secret: string })[] }
    const read = keys.map((key) => ({ ...key, secret: Buffer.from(key.secret, 'base64url') }))
    return read.every(({ secret, keyId }) => secret.length === KEY_BYTES && /^[0-9a-f]{8}$/.test(keyId))
      ? read
      : undefined
  } catch {
    return undefined // JSON.parse quotes its input in the error, which would put a key in the log
  }
}
