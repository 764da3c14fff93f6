import { invalidAuthorization } from '../../../shared/protocol/authorization-error.ts'
import type { RequestParameters } from '../../../shared/protocol/request-parameters.ts'

/** Control characters have no place in any parameter, and much to do in a log or a header. */
export const CONTROL = /\p{Cc}/u

export function checkCharacters({ entries }: RequestParameters): void {
  const faulty = entries.find(([name, value]) => CONTROL.test(name) || CONTROL.test(value))
  if (faulty !== undefined) throw invalidAuthorization('A parameter has a control character')
}
