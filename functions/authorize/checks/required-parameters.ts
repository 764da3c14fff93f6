import type { Config } from '../../../shared/config/types.ts'
import { invalidAuthorization } from '../../../shared/protocol/authorization-error.ts'
import type { RequestParameters } from '../../../shared/protocol/request-parameters.ts'

/** What this deployment demands beyond the RFC, such as `type=web_server`. */
export function checkRequiredParameters(
  parameters: RequestParameters,
  { requiredParameters }: Config['authorize'],
): void {
  for (const [name, value] of Object.entries(requiredParameters))
    if (parameters.get(name) !== value) throw invalidAuthorization(`${name} must be ${value}`)
}
