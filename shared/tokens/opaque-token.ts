/**
 * Opaque tokens: a random text that means nothing by itself. Only its SHA-256 rests.
 *
 * `prefixed` tokens end in a checksum, so that a scanner of leaked secrets can tell them from other text and
 * a mistyped one fails without a read. `uuid` tokens are version 4 UUIDs (RFC 9562 §5.4).
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { base62Length, encodeBase62 } from '../protocol/base62.ts'

/** 192 random bits. */
const RANDOM_BYTES = 24
const RANDOM_LENGTH = base62Length(RANDOM_BYTES)
const CHECKSUM_LENGTH = base62Length(4)
/** Letters and digits of a `prefixed` token after its prefix. */
export const PREFIXED_BODY_LENGTH = RANDOM_LENGTH + CHECKSUM_LENGTH

export type OpaqueFormat =
  | { readonly format: 'prefixed'; readonly prefix: string }
  | { readonly format: 'uuid' }

/** A new token of the format. */
export function newOpaqueToken(format: OpaqueFormat): string {
  if (format.format === 'uuid') return randomUUID()
  const body = encodeBase62(randomBytes(RANDOM_BYTES))
  return format.prefix + body + checksum(format.prefix + body)
}

/** Whether a text can be a token of the format: what fails here needs no look-up. */
export function isOpaqueToken(text: string, format: OpaqueFormat): boolean {
  if (format.format === 'uuid')
    return /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(text)
  if (!text.startsWith(format.prefix)) return false
  const body = text.slice(format.prefix.length)
  if (body.length !== PREFIXED_BODY_LENGTH || !/^[0-9A-Za-z]+$/.test(body)) return false
  return text.slice(-CHECKSUM_LENGTH) === checksum(text.slice(0, -CHECKSUM_LENGTH))
}

/** CRC-32 of the text before it, in base 62: for typos, not against forgery. */
function checksum(text: string): string {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(crc32(text))
  return encodeBase62(bytes)
}
