import { invalidAuthorization } from '../../../shared/protocol/authorization-error.ts'
import { type ResponseMode, responseModes } from '../../../shared/protocol/authorization-request.ts'
import type { RequestParameters } from '../../../shared/protocol/request-parameters.ts'

/** How the client wants any answer, an error included; `query` where it does not say, or says nonsense. */
export function wantedResponseMode(parameters: RequestParameters): ResponseMode {
  const wanted = parameters.get('response_mode')
  return responseModes.find((mode) => mode === wanted) ?? 'query'
}

/** OAuth 2.0 Multiple Response Types §2.1. `fragment` is for tokens in URLs, which are not given here. */
export function checkResponseMode(parameters: RequestParameters): void {
  const wanted = parameters.get('response_mode')
  if (wanted !== undefined && wanted !== wantedResponseMode(parameters))
    throw invalidAuthorization(`response_mode must be one of ${responseModes.join(', ')}`)
}
