/** Bearer tokens as a request carries them, RFC 6750 §2.1: in the header alone, and once. */

/** What a request has of a bearer token. */
export type PresentedToken =
  /** No credentials, or those of another scheme. */
  | { readonly kind: 'none' }
  | { readonly kind: 'malformed'; readonly reason: string }
  | { readonly kind: 'token'; readonly text: string }

interface Request {
  /** The values of each header, by its name in lower case. */
  readonly headers: Readonly<Record<string, readonly string[] | undefined>>
  readonly query: Readonly<Record<string, unknown>> | null
}

/**
 * Reads the token of a request.
 *
 * A token in the URL ends up in logs and histories, so it is refused even beside a good header; and two ways at
 * once are never allowed (§2: "MUST NOT use more than one method").
 */
export function presentedToken({ headers, query }: Request): PresentedToken {
  if (query !== null && Object.hasOwn(query, 'access_token'))
    return { kind: 'malformed', reason: 'a token in the query' }
  const values = headers.authorization ?? []
  if (values.length === 0) return { kind: 'none' }
  if (values.length > 1) return { kind: 'malformed', reason: 'several Authorization headers' }
  // The scheme is case-insensitive (RFC 9110 §11.1).
  if (!/^bearer(\s|$)/i.test(values[0] ?? '')) return { kind: 'none' }
  // §2.1: b64token
  const text = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(values[0] ?? '')?.[1]
  return text === undefined ? { kind: 'malformed', reason: 'no bearer token' } : { kind: 'token', text }
}

/**
 * §3.1: who sent no credentials, or "attempted using an unsupported authentication method", is asked for them
 * and told of no error.
 */
export function challengeFor(presented: PresentedToken): string {
  return presented.kind === 'none' ? 'Bearer realm="oauth"' : 'Bearer realm="oauth", error="invalid_token"'
}
