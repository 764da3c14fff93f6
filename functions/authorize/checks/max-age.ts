import { invalidAuthorization } from '../../../shared/protocol/authorization-error.ts'
import { type Seconds, seconds } from '../../../shared/protocol/brands.ts'
import type { RequestParameters } from '../../../shared/protocol/request-parameters.ts'

/** OpenID Connect Core 1.0 §3.1.2.1: how long ago the sign-in may be. */
export function checkMaxAge(parameters: RequestParameters): Seconds | undefined {
  const value = parameters.get('max_age')
  if (value === undefined) return undefined
  if (!/^\d{1,10}$/.test(value)) throw invalidAuthorization('max_age must be a whole number of seconds')
  return seconds(Number(value))
}
