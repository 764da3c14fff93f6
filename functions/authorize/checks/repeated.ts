import { invalidAuthorization } from '../../../shared/protocol/authorization-error.ts'
import type { RequestParameters } from '../../../shared/protocol/request-parameters.ts'

/** RFC 6749 §3.1: "Request and response parameters MUST NOT be included more than once." */
export function checkRepeated({ repeated }: RequestParameters): void {
  const [name] = repeated
  if (name !== undefined)
    throw invalidAuthorization(`${/^[\w.-]{1,60}$/.test(name) ? name : 'A parameter'} must be given once`)
}
