/**
 * The parameters of a form request, RFC 6749 §3.2 and Appendix B: from a parsed body to names and values.
 */
import { invalidRequest } from './errors.ts'

export type Parameters = ReadonlyMap<string, string>

/**
 * Reads the parameters of a parsed body.
 *
 * §3.2: a parameter "sent without a value MUST be treated as if it were omitted", and none may be "included
 * more than once". A form's duplicates arrive as arrays; in JSON the last one has won (RFC 8259 §4).
 *
 * @param body what the body parser made of the body
 * @throws OAuthError `invalid_request` when it is no object, or a value is not one text
 */
export function readParameters(body: unknown): Parameters {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw invalidRequest('The body must be a form or a JSON object')
  const parameters = new Map<string, string>()
  for (const [name, value] of Object.entries(body)) {
    if (Array.isArray(value)) throw invalidRequest(`${printable(name)} must be given once`)
    if (typeof value !== 'string') throw invalidRequest(`${printable(name)} must be a text`)
    if (value !== '') parameters.set(name, value)
  }
  return parameters
}

/**
 * The value of a parameter that has to be there.
 *
 * @throws OAuthError `invalid_request` naming it
 */
export function requireParameter(parameters: Parameters, name: string): string {
  const value = parameters.get(name)
  if (value === undefined) throw invalidRequest(`${name} is required`)
  return value
}

/** A name that may be a stranger's, fit for an `error_description`. */
function printable(name: string): string {
  return /^[\w.-]{1,60}$/.test(name) ? name : 'A parameter'
}
