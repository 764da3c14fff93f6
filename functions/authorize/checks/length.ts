import type { RequestParameters } from '../../../shared/protocol/request-parameters.ts'
import { badLink } from './bad-link.ts'

/**
 * Characters of all parameters together, encoded. API Gateway takes 10,240 bytes of request line and headers,
 * and as many of an answer's headers: a request of this length fits beside the cookies, and its `state` fits
 * into the redirect.
 */
export const MAX_REQUEST_LENGTH = 6144

/** Comes first, since the answer to a longer request might not get through at all. */
export function checkLength({ query }: RequestParameters): void {
  if (query.length > MAX_REQUEST_LENGTH)
    throw badLink(`invalid_request: the parameters are longer than ${MAX_REQUEST_LENGTH} characters`)
}
