/** What may not come in a URL. */
import { invalidRequest } from '../protocol/errors.ts'
import type { FormRequest } from './form-endpoint.ts'

/** RFC 6749 §2.3.1: credentials "MUST NOT be included in the request URI", where logs and histories keep them. */
export function refuseQuery({ event }: FormRequest, parameterNames: readonly string[]): void {
  const bodyOnly = ['client_id', 'client_secret', ...parameterNames]
  const found = bodyOnly.find((name) => event.queryStringParameters?.[name] !== undefined)
  if (found !== undefined) throw invalidRequest(`${found} must come in the body, not in the URL`)
}
