/** A JWT taken apart before anything of it is believed: RFC 7515 §5.2, steps 1 to 4, and RFC 8725. */
import type { VendAlgorithm } from '../../config/vend-types.ts'
import type { JsonObject } from '../json.ts'
import { parseStrictObject } from './strict-json.ts'

export interface DecodedJwt {
  readonly header: JsonObject
  readonly claims: JsonObject
}

export type Decoding =
  | ({ readonly kind: 'decoded' } & DecodedJwt)
  | { readonly kind: 'refused'; readonly reason: string }

/**
 * Members that bring their own key, change how the rest is read, or belong to encryption. A key comes from the
 * issuer's set alone (RFC 8725 §3.10), so that a token which names another one is not read any further.
 */
const refusedMembers = ['crit', 'b64', 'jwk', 'jku', 'x5u', 'x5c', 'enc', 'zip', 'epk', 'p2s', 'p2c'] as const

/** No issuer has names near as long as this. */
const MAX_KID_LENGTH = 256

/**
 * Takes a compact JWS apart.
 *
 * @returns header and claims, of which nothing is verified yet; or why not, for the log
 */
export function decodeJwt(token: string): Decoding {
  const parts = token.split('.')
  // RFC 7516 §9: an encrypted token has five parts.
  if (parts.length === 5) return refused('the token is encrypted')
  const [header, payload, signature, ...more] = parts
  if (header === undefined || payload === undefined || signature === undefined || more.length > 0)
    return refused('not a JWT')
  const [headerBytes, payloadBytes, signatureBytes] = [header, payload, signature].map(canonicalBytes)
  if (!headerBytes || !payloadBytes || !signatureBytes) return refused('a part is not canonical base64url')
  const parsedHeader = parseStrictObject(headerBytes)
  if (!parsedHeader) return refused('the header is not an object with unique names')
  const claims = parseStrictObject(payloadBytes)
  if (!claims) return refused('the claims are not an object with unique names')
  return { kind: 'decoded', header: parsedHeader, claims }
}

/**
 * What is wrong with a header, for the log.
 *
 * @param algorithms those that the issuer signs by
 */
export function headerFault(header: JsonObject, algorithms: readonly VendAlgorithm[]): string | undefined {
  const member = refusedMembers.find((name) => Object.hasOwn(header, name))
  if (member !== undefined) return `the header has ${member}`
  const { alg, kid, typ } = header
  // RFC 8725 §3.1. The issuer's settings can name none that is symmetric, and `none` is no algorithm.
  if (!algorithms.some((algorithm) => algorithm === alg)) return 'the algorithm is not one of the issuer'
  // RFC 8725 §3.11: an access token or a logout token of the same issuer says so here.
  if (typ !== undefined && (typeof typ !== 'string' || !/^(application\/)?jwt$/i.test(typ)))
    return 'the type is not JWT'
  if (kid !== undefined && (typeof kid !== 'string' || kid === '' || kid.length > MAX_KID_LENGTH))
    return 'the key id is malformed'
  return undefined
}

/** The bytes of a part that is not empty; nothing where another text would stand for the same bytes. */
function canonicalBytes(part: string): Uint8Array | undefined {
  const bytes = Buffer.from(part, 'base64url')
  return part !== '' && bytes.toString('base64url') === part ? bytes : undefined
}

const refused = (reason: string): Decoding => ({ kind: 'refused', reason })
