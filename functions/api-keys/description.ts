/** By what an operator recognises an account's API key in API Gateway. */
import { createHash } from 'node:crypto'
import type { NewApiKey } from '../../shared/stores/api-keys.ts'

/** An account id may be any text of 255 characters; AWS names no characters that a description may have. */
const MAX_SHOWN_ID = 200

/**
 * An account's key of a tier is found again by its name, so the account stands in it as its hash: names hold
 * 1,024 characters, and AWS does not say which.
 */
export function describeKey(
  stackName: string,
  accountId: string,
  { tier, value }: { readonly tier: string; readonly value: string },
): NewApiKey {
  const hash = createHash('sha256').update(accountId, 'utf8').digest('hex')
  const shown = accountId.replaceAll(/[^\x20-\x7e]/gu, '?').slice(0, MAX_SHOWN_ID)
  return {
    name: `${stackName}/${tier}/${hash}`,
    description: `Scrip: account ${shown} on the tier ${tier}`,
    value,
  }
}
