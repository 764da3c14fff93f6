/** The checks of an authorization request, in the order that they are made. */
import type { Config } from '../../shared/config/types.ts'
import type { AuthorizationRequest, ResponseTarget } from '../../shared/protocol/authorization-request.ts'
import type { RequestParameters } from '../../shared/protocol/request-parameters.ts'
import { MAX_USERNAME_LENGTH } from '../../shared/protocol/username.ts'
import type { ClientReader } from '../../shared/stores/clients.ts'
import { CONTROL, checkCharacters } from './checks/characters.ts'
import { checkClient } from './checks/client.ts'
import { checkLength } from './checks/length.ts'
import { checkMaxAge } from './checks/max-age.ts'
import { checkNotSupported } from './checks/not-supported.ts'
import { checkPkce } from './checks/pkce.ts'
import { checkPrompt } from './checks/prompt.ts'
import { checkRedirectUri } from './checks/redirect-uri.ts'
import { checkRepeated } from './checks/repeated.ts'
import { checkRequiredParameters } from './checks/required-parameters.ts'
import { checkResponseMode, wantedResponseMode } from './checks/response-mode.ts'
import { checkResponseType } from './checks/response-type.ts'
import { checkScope } from './checks/scope.ts'
import { checkText } from './checks/text.ts'

/** Longer than any nonce that is made at random; it rests with the code and comes back in the ID token. */
const MAX_NONCE_LENGTH = 512

/**
 * First, everything about the client and its redirect URI. What fails here is shown on a page and never sent
 * to a URI that nobody has proven (RFC 6749 §4.1.2.1, RFC 9700 §4.11.2).
 *
 * @throws PageError
 */
export async function readTarget(
  parameters: RequestParameters,
  config: Config,
  clients: ClientReader,
): Promise<ResponseTarget> {
  checkLength(parameters)
  const client = await checkClient(parameters, clients)
  return {
    client,
    redirectUri: checkRedirectUri(parameters, client, config),
    requestedRedirectUri: parameters.get('redirect_uri'),
    responseMode: wantedResponseMode(parameters),
    state: readState(parameters),
  }
}

/**
 * Then all else, which goes back to the client by redirect.
 *
 * @throws AuthorizationError
 */
export function readAuthorization(
  parameters: RequestParameters,
  target: ResponseTarget,
  config: Config,
): AuthorizationRequest {
  const { client } = target
  checkRepeated(parameters)
  checkCharacters(parameters)
  checkResponseType(parameters)
  checkResponseMode(parameters)
  checkNotSupported(parameters)
  checkRequiredParameters(parameters, config.authorize)
  return {
    target,
    ...checkScope(parameters, client, config),
    codeChallenge: checkPkce(parameters, client, config.pkce),
    prompts: checkPrompt(parameters),
    maxAge: checkMaxAge(parameters),
    nonce: checkText(parameters, 'nonce', MAX_NONCE_LENGTH),
    loginHint: checkText(parameters, 'login_hint', MAX_USERNAME_LENGTH),
  }
}

/** §4.1.2: "the exact value received from the client"; one that could forge a line of a log is not repeated. */
function readState(parameters: RequestParameters): string | undefined {
  const state = parameters.get('state')
  return state !== undefined && CONTROL.test(state) ? undefined : state
}
