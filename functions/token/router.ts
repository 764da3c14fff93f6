import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda'
import type { Handler } from '../../shared/http/endpoint.ts'
import { formEndpoint } from '../../shared/http/form-endpoint.ts'
import { unsupportedGrantType } from '../../shared/protocol/errors.ts'
import { requireParameter } from '../../shared/protocol/parameters.ts'

/**
 * The token endpoint's one URL, RFC 6749 §3.2: reads `grant_type` and hands the untouched request to that
 * grant's function.
 *
 * @param functions alias ARNs by grant type
 * @param invoke hands the request on
 */
export function tokenRouter(
  functions: ReadonlyMap<string, string>,
  invoke: (functionArn: string, event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>,
): Handler {
  return formEndpoint(async ({ parameters, event }) => {
    const functionArn = functions.get(requireParameter(parameters, 'grant_type'))
    if (functionArn === undefined) throw unsupportedGrantType()
    return invoke(functionArn, event)
  })
}
