import { AuthorizationError } from '../../../shared/protocol/authorization-error.ts'
import type { RequestParameters } from '../../../shared/protocol/request-parameters.ts'

/** Parameters that would change the whole request, and so cannot just be ignored. */
const refused = {
  request: 'request_not_supported',
  request_uri: 'request_uri_not_supported',
  registration: 'registration_not_supported',
} as const

/** OpenID Connect Core 1.0 §3.1.2.6 and §6. */
export function checkNotSupported(parameters: RequestParameters): void {
  for (const [name, code] of Object.entries(refused))
    if (parameters.get(name) !== undefined)
      throw new AuthorizationError(code, `${name} is not supported here`)
}
