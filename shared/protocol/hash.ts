/** Hashes of secrets. High-entropy secrets rest as SHA-256: there is nothing to guess that a slow hash would slow. */
import { createHash, timingSafeEqual } from 'node:crypto'

/** SHA-256 of a text's UTF-8 bytes, base64url without padding. */
export function sha256(value: string): string {
  return createHash('sha256').update(value, 'utf8').digest('base64url')
}

/**
 * Whether `secret` is one of those that `hashes` were made of, in a time that tells neither which one nor
 * how many there are: `slots` comparisons are made whatever there is to compare with.
 *
 * @param hashes at most `slots` values of `sha256`
 */
export function matchesAnyHash(secret: string, hashes: readonly string[], slots: number): boolean {
  const presented = Buffer.from(sha256(secret), 'base64url')
  let matched = 0
  for (let slot = 0; slot < slots; slot += 1) {
    const stored = Buffer.from(hashes[slot] ?? '', 'base64url')
    const isHash = stored.length === presented.length
    // A slot without a hash is compared with a value that cannot match, at the same cost.
    const equal = timingSafeEqual(presented, isHash ? stored : Buffer.alloc(presented.length))
    matched |= Number(equal) & Number(isHash)
  }
  return matched === 1
}
