import { loadConfig } from '../../shared/config/runtime.ts'
import { formEndpoint } from '../../shared/http/form-endpoint.ts'
import { unsupportedGrantType } from '../../shared/protocol/errors.ts'
import { requireParameter } from '../../shared/protocol/parameters.ts'
import { grantFunctions } from './grant-functions.ts'
import { connectLambda, invokeGrant } from './invoke-grant.ts'

const lambda = connectLambda()
const functions = grantFunctions(loadConfig(import.meta.url), process.env)

/**
 * The token endpoint's one URL, RFC 6749 §3.2: reads `grant_type` and hands the untouched request to that
 * grant's function. It can read no table and no secret, and signs nothing.
 */
export const handler = formEndpoint(async ({ parameters, event }) => {
  const functionArn = functions.get(requireParameter(parameters, 'grant_type'))
  if (functionArn === undefined) throw unsupportedGrantType()
  return invokeGrant(lambda, functionArn, event)
})
