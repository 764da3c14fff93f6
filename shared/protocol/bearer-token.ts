/** The bearer token in a request's `Authorization` header, RFC 6750 §2.1. */

/** What a request has of a bearer token. */
export type PresentedToken =
  /** No credentials, or those of another scheme. */
  | { readonly kind: 'none' }
  | { readonly kind: 'malformed'; readonly reason: string }
  | { readonly kind: 'token'; readonly text: string }

/** The scheme in any case (RFC 9110 §11.1), and RFC 6750's `b64token`. */
const credential = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i

/** @param values the header's values as they came, one for each time that it was sent */
export function bearerToken(values: readonly string[]): PresentedToken {
  const [value, ...more] = values
  if (value === undefined) return { kind: 'none' }
  // RFC 9110 §5.3: the field may not be sent twice. Which one would a proxy in front have read?
  if (more.length > 0) return { kind: 'malformed', reason: 'several Authorization headers' }
  if (!/^bearer(\s|$)/i.test(value)) return { kind: 'none' }
  const text = credential.exec(value)?.[1]
  return text === undefined ? { kind: 'malformed', reason: 'no bearer token' } : { kind: 'token', text }
}
