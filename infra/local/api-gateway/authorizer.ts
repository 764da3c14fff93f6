/** Asking a Lambda authorizer of type REQUEST whether a request may pass. */
import { AwsError } from '../aws/errors.ts'
import { LocalStackError, messageOf } from '../errors.ts'
import { type HttpRequest, headerValue } from '../http/types.ts'
import type { LambdaPermissions } from '../iam/lambda-permissions.ts'
import { arn } from '../identity.ts'
import type { Functions, InvocationTarget } from '../lambda/functions.ts'
import type { InvocationResult } from '../lambda/types.ts'
import { type AuthorizerResult, readAuthorizerResult } from './authorizer-result.ts'
import type { RequestVariables } from './context.ts'
import { authorizerEvent } from './event.ts'
import type { GatewayResponseType } from './gateway-response-types.ts'
import { integrationLimitMilliseconds } from './limits.ts'
import type { RouteMatch } from './routes.ts'
import type { Authorizer } from './types.ts'
import { within } from './within.ts'

export type AuthorizerServices = {
  readonly functions: Functions
  readonly permissions: LambdaPermissions
  readonly report: (line: string) => void
}

/** What an authorizer let through. */
export type Authorized = Pick<AuthorizerResult, 'usageIdentifierKey'>

/** A refusal by a gateway response, with the reason for the log. */
type Refused = { readonly refused: GatewayResponseType; readonly reason?: string }

/**
 * Asks the authorizer.
 *
 * @param path the path below the stage, undecoded
 * @param variables gains `authorizer.*`: the context of an Allow and of a Deny alike
 * @returns the gateway response that refuses the request, or what the authorizer gave
 */
export async function authorize(
  authorizer: Authorizer,
  request: HttpRequest,
  match: RouteMatch,
  path: string,
  variables: RequestVariables,
  services: AuthorizerServices,
): Promise<Authorized | GatewayResponseType> {
  const isMissing = (header: string) => (headerValue(request.headers, header) ?? '') === ''
  if (authorizer.identityHeaders.some(isMissing)) return 'UNAUTHORIZED'
  const result = await ask(authorizer, request, match, path, variables, services)
  if (!('refused' in result)) return result
  if (result.reason !== undefined) {
    variables.set('authorizer.error', result.reason)
    services.report(`authorizer ${authorizer.name} for ${request.method} ${path}: ${result.reason}`)
  }
  return result.refused
}

async function ask(
  authorizer: Authorizer,
  request: HttpRequest,
  match: RouteMatch,
  path: string,
  variables: RequestVariables,
  services: AuthorizerServices,
): Promise<Authorized | Refused> {
  const target = permittedTarget(authorizer, variables, services)
  if ('refused' in target) return target
  const method = `${variables.get('apiId')}/${variables.get('stage')}/${request.method}${path}`
  const methodArn = arn('execute-api', method)
  const event = JSON.stringify(authorizerEvent(methodArn, request, match, path, variables))
  const started = Date.now()
  const outcome = await invoke(target, event, services)
  variables.set('authorizer.integrationLatency', String(Date.now() - started))
  if ('refused' in outcome) return outcome
  if (outcome.kind === 'failed') {
    const { errorMessage } = outcome.error
    // These words and no others.
    if (errorMessage === 'Unauthorized') return { refused: 'UNAUTHORIZED' }
    return { refused: 'AUTHORIZER_FAILURE', reason: errorMessage }
  }
  return judge(outcome.payload, methodArn, variables)
}

/** The function, where it exists and its resource policy lets this very authorizer in. */
function permittedTarget(
  { id, functionArn }: Authorizer,
  variables: RequestVariables,
  { functions, permissions }: AuthorizerServices,
): InvocationTarget | Refused {
  const source = arn('execute-api', `${variables.get('apiId')}/authorizers/${id}`)
  if (!permissions.allow(functionArn, 'apigateway.amazonaws.com', source)) {
    const reason = `API Gateway may not invoke ${functionArn} for ${source}: no Lambda permission allows it`
    return { refused: 'AUTHORIZER_CONFIGURATION_ERROR', reason }
  }
  try {
    return functions.target(functionArn)
  } catch (error) {
    return { refused: 'AUTHORIZER_CONFIGURATION_ERROR', reason: messageOf(error) }
  }
}

async function invoke(
  target: InvocationTarget,
  event: string,
  { functions }: AuthorizerServices,
): Promise<InvocationResult | Refused> {
  try {
    const result = await within(integrationLimitMilliseconds, functions.invoke(target, event))
    return result === 'timed out' ? { refused: 'AUTHORIZER_FAILURE', reason: 'timed out' } : result
  } catch (error) {
    // Reserved concurrency that is used up, for one.
    if (!(error instanceof AwsError)) throw error
    return { refused: 'AUTHORIZER_FAILURE', reason: error.message }
  }
}

function judge(payload: string, methodArn: string, variables: RequestVariables): Authorized | Refused {
  try {
    const { allowed, principalId, context, ...given } = readAuthorizerResult(payload, methodArn)
    variables.set('authorizer.principalId', principalId)
    for (const [name, value] of Object.entries(context)) variables.set(`authorizer.${name}`, value)
    return allowed ? given : { refused: 'ACCESS_DENIED' }
  } catch (error) {
    if (!(error instanceof LocalStackError)) throw error
    return { refused: 'AUTHORIZER_CONFIGURATION_ERROR', reason: error.message }
  }
}
