/** API tokens that the operator makes. */
import type { Config } from '../../shared/config/types.ts'
import type { EpochSeconds } from '../../shared/protocol/brands.ts'
import type { ApiTokenStore } from '../../shared/stores/api-tokens.ts'
import {
  type ApiTokenPolicy,
  type ApiTokenRequest,
  type MadeApiToken,
  newApiToken,
} from '../../shared/tokens/api-token.ts'
import { CommandError } from './command-error.ts'

/** Who is said to have made the tokens of the command line. */
export const OPERATOR = 'operator'

/** @throws CommandError in a deployment without API tokens */
export function requireApiTokens({ apiTokens, scopes }: Config): ApiTokenPolicy {
  if (!apiTokens)
    throw new CommandError('this deployment has no API tokens: its configuration has no apiTokens')
  return { apiTokens, scopes }
}

/**
 * Makes and stores a token.
 *
 * @returns nothing where the account has as many as it may have
 * @throws InvalidApiTokenRequest with every fault together
 */
export async function issueApiToken(
  request: Omit<ApiTokenRequest, 'createdBy'>,
  policy: ApiTokenPolicy,
  store: ApiTokenStore,
  now: EpochSeconds,
): Promise<MadeApiToken | undefined> {
  const made = newApiToken({ ...request, createdBy: OPERATOR }, policy, now)
  return (await store.create(made.record)) === 'created' ? made : undefined
}
