/** Bearer tokens as a request carries them, RFC 6750 §2.1: in the header alone, and once. */
import { bearerToken, type PresentedToken } from '../protocol/bearer-token.ts'

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
  return bearerToken(headers.authorization ?? [])
}

/**
 * §3.1: who sent no credentials, or "attempted using an unsupported authentication method", is asked for them
 * and told of no error.
 */
export function challengeFor(presented: PresentedToken): string {
  return presented.kind === 'none' ? 'Bearer realm="oauth"' : 'Bearer realm="oauth", error="invalid_token"'
}
