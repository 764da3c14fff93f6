/**
 * What the owner of an account does with its API tokens.
 *
 * `createdBy` is the user who asks. Whether that user may act for the account has been asked before.
 */
import type { StoredApiToken } from '../protocol/api-token.ts'
import type { EpochSeconds } from '../protocol/brands.ts'
import type { ApiTokenStore, RevocationOutcome, RotationOutcome } from '../stores/api-tokens.ts'
import {
  type ApiTokenPolicy,
  type ApiTokenRequest,
  type MadeApiToken,
  newApiToken,
  successorOf,
} from '../tokens/api-token.ts'

export interface ApiTokenServices {
  readonly policy: ApiTokenPolicy
  readonly store: Omit<ApiTokenStore, 'touch'>
}

export type Creation =
  | { readonly outcome: 'created'; readonly made: MadeApiToken }
  | { readonly outcome: 'too many' }

/**
 * Makes a token, whose text is told this once.
 *
 * The limit of live tokens is a best effort: those that are made in the same moment do not see each other.
 *
 * @throws InvalidApiTokenRequest with every fault together
 */
export async function createApiToken(
  request: ApiTokenRequest,
  now: EpochSeconds,
  { policy, store }: ApiTokenServices,
): Promise<Creation> {
  const made = newApiToken(request, policy, now)
  const outcome = await store.create(made.record)
  return outcome === 'created' ? { outcome, made } : { outcome }
}

/** An account's tokens, newest first, those that ended among them. */
export function listApiTokens(account: string, { store }: ApiTokenServices): Promise<StoredApiToken[]> {
  return store.list(account)
}

/** Ends a token for good, everywhere at once. */
export function revokeApiToken(
  account: string,
  tokenHash: string,
  now: EpochSeconds,
  { store }: ApiTokenServices,
): Promise<RevocationOutcome> {
  return store.revoke(account, tokenHash, now, 'revoked')
}

/** Puts a new token in a live one's place, which ends; the new one's text is told this once. */
export function rotateApiToken(
  account: string,
  tokenHash: string,
  createdBy: string,
  now: EpochSeconds,
  { policy, store }: ApiTokenServices,
): Promise<RotationOutcome<MadeApiToken>> {
  return store.rotate(account, tokenHash, now, (old) => successorOf(old, createdBy, policy, now))
}
