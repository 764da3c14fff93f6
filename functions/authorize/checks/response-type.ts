import { AuthorizationError, invalidAuthorization } from '../../../shared/protocol/authorization-error.ts'
import type { RequestParameters } from '../../../shared/protocol/request-parameters.ts'

/** RFC 6749 §3.1.1. `code` alone: what would put tokens into URLs is not offered (RFC 9700 §2.1.2). */
export function checkResponseType(parameters: RequestParameters): void {
  const responseType = parameters.get('response_type')
  if (responseType === undefined) throw invalidAuthorization('response_type is required')
  if (responseType !== 'code')
    throw new AuthorizationError('unsupported_response_type', 'response_type must be code')
}
