/** What a run begins with: a look at every account. */
import type { KeyedAccount } from '../../shared/stores/accounts.ts'
import type { Step } from './step.ts'

/**
 * Up to how many keys an account gets its first one, and up to how many one in place of another. Of the 10,000
 * that an account and region may have, and no more on request, what is left is for the keys that callers share,
 * and for other deployments.
 */
export const MAX_KEYS = 9_500
export const MAX_KEYS_WITH_REPLACEMENTS = 9_900

export interface Survey {
  readonly accounts: number
  /** API keys that they have, or may have. */
  readonly keys: number
  readonly waiting: number
  /** Accounts that no run could serve: their tier has no plan, or others take all the room for keys. */
  readonly skipped: number
  /** Accounts with something to do, the most urgent first. */
  readonly pending: readonly KeyedAccount[]
}

/** What a customer waits for comes first, and what makes room before what needs it. */
const inOrder = [
  'withdraw',
  'withdraw unserved',
  'switch',
  'drop',
  'delete',
  'join',
  'create',
  'replace',
  'plan',
] as const

/**
 * Looks at every account.
 *
 * @param stepOf what there is to do for an account
 */
export async function survey(
  all: AsyncIterable<KeyedAccount>,
  stepOf: (account: KeyedAccount) => Step,
): Promise<Survey> {
  const found = new Map<Step['kind'], KeyedAccount[]>(inOrder.map((kind) => [kind, []]))
  const counts = { accounts: 0, keys: 0, waiting: 0, skipped: 0 }
  for await (const account of all) {
    counts.accounts += 1
    counts.keys += keysOf(account)
    const { kind } = stepOf(account)
    if (kind === 'wait') counts.waiting += 1
    const group = found.get(kind)
    // A table may hold far more accounts than there can be keys.
    if (kind === 'lack plan' || group?.length === MAX_KEYS) counts.skipped += 1
    else group?.push(account)
  }
  return { ...counts, pending: inOrder.flatMap((kind) => found.get(kind) ?? []) }
}

function keysOf({ apiKey, nextKey, formerKeys = [] }: KeyedAccount): number {
  return (apiKey ? 1 : 0) + (nextKey ? 1 : 0) + formerKeys.length
}
