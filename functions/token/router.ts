import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda'
import { endpoint, type Handler } from '../../shared/http/endpoint.ts'
import { requestedGrant } from './requested-grant.ts'

/**
 * The token endpoint's one URL, RFC 6749 §3.2: reads `grant_type` and hands the untouched request to that
 * grant's function.
 *
 * A request for no grant of this deployment goes to one all the same: every grant refuses what is none of its
 * own, and has what this function must not have, the right to count who asked.
 *
 * @param functions alias ARNs by grant type
 * @param invoke hands the request on
 * @throws Error when there is no grant at all
 */
export function tokenRouter(
  functions: ReadonlyMap<string, string>,
  invoke: (functionArn: string, event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>,
): Handler {
  const [anyFunction] = functions.values()
  if (anyFunction === undefined) throw new Error('a token endpoint without a grant')
  return endpoint([], async (event) =>
    invoke(functions.get(requestedGrant(event) ?? '') ?? anyFunction, event.original),
  )
}
