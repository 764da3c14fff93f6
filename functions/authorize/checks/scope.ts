import type { Config } from '../../../shared/config/types.ts'
import { AuthorizationError } from '../../../shared/protocol/authorization-error.ts'
import type { AuthorizationRequest } from '../../../shared/protocol/authorization-request.ts'
import type { Client } from '../../../shared/protocol/client.ts'
import { OAuthError } from '../../../shared/protocol/errors.ts'
import type { RequestParameters } from '../../../shared/protocol/request-parameters.ts'
import { grantScope, parseScope } from '../../../shared/protocol/scope.ts'

/** RFC 6749 §3.3: what is asked for, and what the client may have of it. */
export function checkScope(
  parameters: RequestParameters,
  client: Client,
  config: Config,
): Pick<AuthorizationRequest, 'scope' | 'requestedScope'> {
  const value = parameters.get('scope')
  try {
    const requestedScope = value === undefined ? undefined : parseScope(value)
    return { requestedScope, scope: grantScope(requestedScope, client.scope, config.scopes, config.scope) }
  } catch (error) {
    if (!(error instanceof OAuthError && error.code === 'invalid_scope')) throw error
    throw new AuthorizationError('invalid_scope', error.description)
  }
}
