import type { Config } from '../../../shared/config/types.ts'
import { invalidAuthorization } from '../../../shared/protocol/authorization-error.ts'
import { type Client, isConfidential } from '../../../shared/protocol/client.ts'
import { isCodeChallenge } from '../../../shared/protocol/pkce.ts'
import type { RequestParameters } from '../../../shared/protocol/request-parameters.ts'

/** Proof Key for Code Exchange: the challenge, or nothing where a confidential client need not and does not. */
export function checkPkce(
  parameters: RequestParameters,
  client: Client,
  { required }: Config['pkce'],
): string | undefined {
  const challenge = parameters.get('code_challenge')
  const method = parameters.get('code_challenge_method')
  if (challenge === undefined) {
    // RFC 7636 §4.4.1.
    if (required === 'always' || !isConfidential(client))
      // RFC 9700 §2.1.1: public clients MUST
      throw invalidAuthorization('code_challenge is required')
    if (parameters.has('code_challenge') || method !== undefined)
      throw invalidAuthorization('code_challenge_method needs a code_challenge')
    return undefined
  }
  // §4.3: a missing method means `plain`, which shows the verifier to whoever sees the request (RFC 9700 §2.1.1).
  if (method !== 'S256') throw invalidAuthorization('code_challenge_method must be S256')
  if (!isCodeChallenge(challenge))
    throw invalidAuthorization('code_challenge must be a SHA-256 in base64url: 43 characters')
  return challenge
}
