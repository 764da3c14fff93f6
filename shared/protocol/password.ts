/**
 * Passwords at rest: argon2id (RFC 9106), written in the PHC string format.
 *
 * 19 MiB, two passes, one lane: 40–50 ms on a full vCPU, which a function of 1,769 MB has.
 */
import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto'

/** The cost of a hash; raising it here rehashes each password at its owner's next sign-in. */
interface Cost {
  /** KiB. */
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
}

const COST: Cost = { memory: 19_456, passes: 2, parallelism: 1 }
const SALT_BYTES = 16
const TAG_BYTES = 32

/** Longest password, in characters: enough for any phrase, and no work to hand out by the megabyte. */
export const MAX_PASSWORD_LENGTH = 256
/** Shortest password that may be set (NIST SP 800-63B §3.1.1.2). */
export const MIN_PASSWORD_LENGTH = 8

export interface PasswordCheck {
  readonly matches: boolean
  /** Whether the stored hash is weaker than a new one would be. */
  readonly needsRehash: boolean
}

function derive(parameters: Argon2Parameters): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    argon2('argon2id', parameters, (error, tag) => (error ? reject(error) : resolve(tag)))
  })
}

/** Hashes a password with a salt of its own. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  return format(COST, salt, await compute(password, salt, COST, TAG_BYTES))
}

/**
 * Whether a password is the one that a hash was made of.
 *
 * Without a hash (an unknown user, or one who signs in elsewhere) the same work is done for nothing, so that
 * the time tells nobody who exists.
 *
 * @throws Error when the stored text is no argon2id hash
 */
export async function checkPassword(password: string, stored: string | undefined): Promise<PasswordCheck> {
  if (stored === undefined) {
    await compute(password, Buffer.alloc(SALT_BYTES), COST, TAG_BYTES)
    return { matches: false, needsRehash: false }
  }
  const { cost, salt, tag } = parse(stored)
  const matches = timingSafeEqual(await compute(password, salt, cost, tag.length), tag)
  const isWeaker = cost.memory < COST.memory || cost.passes < COST.passes || tag.length < TAG_BYTES
  return { matches, needsRehash: matches && isWeaker }
}

/** The same password typed on two keyboards may be two texts: NFKC makes them one (RFC 8265 §4.2). */
async function compute(password: string, salt: Buffer, cost: Cost, tagLength: number): Promise<Buffer> {
  return derive({ message: password.normalize('NFKC'), nonce: salt, tagLength, ...cost })
}

function format({ memory, passes, parallelism }: Cost, salt: Buffer, tag: Buffer): string {
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(tag)}`
}

function parse(stored: string): { cost: Cost; salt: Buffer; tag: Buffer } {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(stored)
  const [, memory, passes, parallelism, salt, tag] = match ?? []
  if (salt === undefined || tag === undefined) throw new Error('a stored password is not an argon2id hash')
  return {
    cost: { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  }
}

/** PHC strings take base64 without padding. */
function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
