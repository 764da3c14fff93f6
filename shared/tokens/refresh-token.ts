/**
 * Refresh tokens that carry their own place in the chain, so that no row is kept for each.
 *
 *     token = prefix ‖ base62(grant id ‖ generation ‖ key id ‖ body ‖ tag)
 *
 * The first body is random. Each next body is an HMAC of the one before, so a client that lost the answer
 * repeats its request and gets the very same successor. The tag shows that a token is one of ours: a genuine
 * older token betrays a thief, a forged one means nothing. At rest there is only the SHA-256 of two bodies.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { base62Capacity, decodeBase62, encodeBase62 } from '../protocol/base62.ts'

const GRANT_ID_BYTES = 16
const GENERATION_BYTES = 4
const KEY_ID_BYTES = 4
const TAG_BYTES = 16
const FIXED_BYTES = GRANT_ID_BYTES + GENERATION_BYTES + KEY_ID_BYTES + TAG_BYTES
/** 128 bits that nobody can guess are the least. */
const MIN_BODY_BYTES = 16
/** More than an HMAC-SHA-256 gives would add nothing. */
const MAX_BODY_BYTES = 32

/** How a deployment writes its refresh tokens. */
export interface RefreshTokenFormat {
  readonly prefix: string
  /** Characters after the prefix. */
  readonly length: number
}

/** A key that makes bodies and tags; it issues no more after its rotation, and goes on verifying. */
export interface RefreshKey {
  /** Eight hexadecimal digits. */
  readonly keyId: string
  readonly secret: Uint8Array
}

/** What a token says, once its tag has been checked. */
export interface RefreshToken {
  /** Random; its SHA-256 is the grant's `gid`. */
  readonly grantId: Buffer
  readonly generation: number
  readonly keyId: string
  readonly body: Buffer
}

/** A new grant id: 128 random bits. */
export function newGrantId(): Buffer {
  return randomBytes(GRANT_ID_BYTES)
}

/** The `gid` under which a grant is kept and which access tokens carry: no token can be made of it. */
export function gidOf(grantId: Uint8Array): string {
  return createHash('sha256').update(grantId).digest('base64url')
}

/** What the grant keeps of a body. */
export function bodyHash({ body }: RefreshToken): string {
  return createHash('sha256').update(body).digest('base64url')
}

/** The first token of a grant. */
export function firstRefreshToken(
  grantId: Buffer,
  key: RefreshKey,
  format: RefreshTokenFormat,
): RefreshToken {
  return { grantId, generation: 1, keyId: key.keyId, body: randomBytes(bodyBytes(format)) }
}

/**
 * The one successor of a token: its body is the same each time it is asked for, since it follows from the token
 * and the key that made it. The key that issues now names and tags it, so that a retired key issues no more.
 */
export function nextRefreshToken(
  token: RefreshToken,
  key: RefreshKey,
  issuing: RefreshKey = key,
): RefreshToken {
  const generation = token.generation + 1
  const body = hmac(key, 'body', token.grantId, uint32(generation), token.body).subarray(0, token.body.length)
  return { ...token, generation, keyId: issuing.keyId, body }
}

/** The token as the client gets it. */
export function formatRefreshToken(token: RefreshToken, key: RefreshKey, format: RefreshTokenFormat): string {
  const parts = unsigned(token)
  const bytes = Buffer.concat([parts, tagOf(parts, key)])
  return format.prefix + encodeBase62(bytes, format.length)
}

/**
 * Reads a token that a client presents.
 *
 * @param keyOf finds a key by its id
 * @returns nothing for what is not one of our tokens: other text, another format, an unknown key, a wrong tag
 */
export function parseRefreshToken(
  text: string,
  keyOf: (keyId: string) => RefreshKey | undefined,
  format: RefreshTokenFormat,
): RefreshToken | undefined {
  if (!text.startsWith(format.prefix) || text.length !== format.prefix.length + format.length)
    return undefined
  const bytes = decodeBase62(text.slice(format.prefix.length), FIXED_BYTES + bodyBytes(format))
  if (!bytes) return undefined
  const token = split(bytes)
  const key = keyOf(token.keyId)
  if (!key) return undefined
  const tag = bytes.subarray(-TAG_BYTES)
  return timingSafeEqual(tag, tagOf(bytes.subarray(0, -TAG_BYTES), key)) ? token : undefined
}

function bodyBytes({ length }: RefreshTokenFormat): number {
  return Math.min(MAX_BODY_BYTES, Math.max(MIN_BODY_BYTES, base62Capacity(length) - FIXED_BYTES))
}

function split(bytes: Buffer): RefreshToken {
  const generationAt = GRANT_ID_BYTES
  const keyIdAt = generationAt + GENERATION_BYTES
  const bodyAt = keyIdAt + KEY_ID_BYTES
  return {
    grantId: bytes.subarray(0, generationAt),
    generation: bytes.readUInt32BE(generationAt),
    keyId: bytes.subarray(keyIdAt, bodyAt).toString('hex'),
    body: bytes.subarray(bodyAt, -TAG_BYTES),
  }
}

function unsigned({ grantId, generation, keyId, body }: RefreshToken): Buffer {
  return Buffer.concat([grantId, uint32(generation), Buffer.from(keyId, 'hex'), body])
}

function tagOf(parts: Uint8Array, key: RefreshKey): Buffer {
  return hmac(key, 'tag', parts).subarray(0, TAG_BYTES)
}

/** Two uses of one key, told apart by a label, so that a tag can never pass for a body. */
function hmac({ secret }: RefreshKey, label: 'body' | 'tag', ...parts: Uint8Array[]): Buffer {
  const mac = createHmac('sha256', secret).update(`scrip refresh ${label}\0`)
  for (const part of parts) mac.update(part)
  return mac.digest()
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
