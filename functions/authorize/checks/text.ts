import { invalidAuthorization } from '../../../shared/protocol/authorization-error.ts'
import type { RequestParameters } from '../../../shared/protocol/request-parameters.ts'

/** A text that is kept or shown, such as `nonce` and `login_hint`. */
export function checkText(
  parameters: RequestParameters,
  name: string,
  maxLength: number,
): string | undefined {
  const value = parameters.get(name)
  if (value !== undefined && value.length > maxLength)
    throw invalidAuthorization(`${name} must not be longer than ${maxLength} characters`)
  return value
}
