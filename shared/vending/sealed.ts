/** Tokens at rest: AES-256-GCM (NIST SP 800-38D), bound to the cache key that they rest under. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const CIPHER = 'aes-256-gcm'
/** A random 96-bit nonce is good for 2^32 texts of one key (§8.3): more than the cache sees between rotations. */
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** A key, and its id; the shape of `tokens/symmetric-keys.ts`. */
export interface SealingKey {
  readonly keyId: string
  /** 256 bits. */
  readonly secret: Uint8Array
}

export interface SealingKeys {
  readonly current: SealingKey
  find(keyId: string): SealingKey | undefined
}

export interface Sealer {
  /** @throws what reading the keys throws */
  seal(text: string, additionalData: string): Promise<string>
  /**
   * @returns nothing for what does not open, whatever the reason: another key, other additional data, tampering
   * @throws what reading the keys throws
   */
  open(sealed: string, additionalData: string): Promise<string | undefined>
}

/** @param keys reads the keys from the secret */
export function sealer(keys: () => Promise<SealingKeys>): Sealer {
  return {
    async seal(text, additionalData) {
      const { keyId, secret } = (await keys()).current
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv(CIPHER, secret, nonce, { authTagLength: TAG_BYTES })
      cipher.setAAD(boundTo(keyId, additionalData))
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return [keyId, ...[nonce, body, cipher.getAuthTag()].map((part) => part.toString('base64url'))].join(
        '.',
      )
    },

    async open(sealed, additionalData) {
      const [keyId = '', ...parts] = sealed.split('.')
      const [nonce, body, tag] = parts.map((part) => Buffer.from(part, 'base64url'))
      const key = (await keys()).find(keyId)
      if (!key || !nonce || !body || !tag || parts.length !== 3) return undefined
      // A shorter tag would be easier to guess, and node takes several lengths.
      if (nonce.length !== NONCE_BYTES || tag.length !== TAG_BYTES) return undefined
      const decipher = createDecipheriv(CIPHER, key.secret, nonce, { authTagLength: TAG_BYTES })
      decipher.setAAD(boundTo(keyId, additionalData)).setAuthTag(tag)
      try {
        return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8')
      } catch {
        return undefined
      }
    },
  }
}

function boundTo(keyId: string, additionalData: string): Buffer {
  return Buffer.from(JSON.stringify([keyId, additionalData]))
}
