/** The answer to an authorization request, RFC 6749 §4.1.2. */
import type { ResponseTarget } from './authorization-request.ts'

/** The parameters of an answer, as they go on the wire; `undefined` is left out. */
export type ResponseParameters = Readonly<Record<string, string | undefined>>

/** What every answer carries beside its outcome: the request's `state`, and who answers (RFC 9207 §2). */
export function responseParameters(
  outcome: ResponseParameters,
  { state }: Pick<ResponseTarget, 'state'>,
  issuer: string,
): [name: string, value: string][] {
  return Object.entries({ ...outcome, state, iss: issuer }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  )
}

/**
 * The URL that carries an answer in its query. A query that the redirect URI has "MUST be retained" (§3.1.2),
 * to the letter, so nothing is parsed and written anew.
 */
export function responseUrl(
  redirectUri: URL,
  parameters: readonly (readonly [name: string, value: string])[],
): string {
  const answer = new URLSearchParams(
    parameters.map(([name, value]): [string, string] => [name, value]),
  ).toString()
  const url = new URL(redirectUri)
  url.hash = ''
  // `%20` is a space to every reader; `+` is one to form decoders alone. A literal plus is `%2B` by now.
  const separator = url.search === '' ? '' : '&'
  url.search = `${url.search}${separator}${answer.replaceAll('+', '%20')}`
  return url.href
}
