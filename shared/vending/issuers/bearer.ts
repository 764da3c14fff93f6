/** The token in a request's `Authorization` header, RFC 6750 §2.1. */

export type BearerCredential =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly reason: string }

/** Characters: what API Gateway takes for a request line and all headers together, so no longer one can come. */
export const MAX_TOKEN_LENGTH = 10_240

/** The scheme in any case (RFC 9110 §11.1), and RFC 6750's `b64token`. */
const credential = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i

/**
 * @param values the header's values as they came, one for each time that it was sent
 */
export function bearerToken(values: readonly string[]): BearerCredential {
  const [value, ...more] = values
  if (value === undefined) return { kind: 'absent' }
  // RFC 9110 §5.3: the field may not be sent twice. Which one would a proxy in front have read?
  if (more.length > 0) return { kind: 'refused', reason: 'several Authorization headers' }
  if (value.length > MAX_TOKEN_LENGTH + 'Bearer '.length)
    return { kind: 'refused', reason: 'the token is too long' }
  const token = credential.exec(value)?.[1]
  return token === undefined
    ? { kind: 'refused', reason: 'not a Bearer credential' }
    : { kind: 'token', token }
}
