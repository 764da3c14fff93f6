import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda'
import { type EdgeEvent, endpoint, type Handler } from '../../shared/http/endpoint.ts'
import { MAX_BODY_BYTES } from '../../shared/http/form-endpoint.ts'
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
    invoke(functions.get(requestedGrant(event) ?? '') ?? anyFunction, handedOn(event)),
  )
}

/** Of a body that any grant refuses for its size, as much goes on as shows that. */
function handedOn({ original }: EdgeEvent): APIGatewayProxyEvent {
  const { body, isBase64Encoded } = original
  const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8')
  if (bytes.length <= MAX_BODY_BYTES) return original
  const beginning = bytes.subarray(0, MAX_BODY_BYTES + 1)
  return { ...original, body: beginning.toString('base64'), isBase64Encoded: true }
}
