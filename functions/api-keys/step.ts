/**
 * What is to be done next about an account's API key: pure, so that every state can be told in a table.
 *
 * A key is planned (its value rests in the item), made, put into its plan, known everywhere after a while, and
 * only then used; it is given up in the item first, and deleted after a while. A run that dies in between leaves
 * a state that is in this list as well.
 */
import type { EpochSeconds } from '../../shared/protocol/brands.ts'
import type { FormerKey, KeyedAccount, KeyInPlan, NextKey } from '../../shared/stores/accounts.ts'

/** API Gateway names no time for a new key to be known everywhere; it was seen to be seconds. */
export const SPREAD_SECONDS = 240

/**
 * After this nobody uses a key that was given up, and nobody makes it again: authorizers remember an account for
 * 10 s, and a run that read it before lives for 240 s at most.
 */
export const RETIREMENT_SECONDS = 270

export type Step =
  /** The account has the key that it should have, and no other. */
  | { readonly kind: 'nothing' }
  /** Until a key is known everywhere, or one that was given up may be deleted. */
  | { readonly kind: 'wait' }
  /** The tier has no usage plan. */
  | { readonly kind: 'lack plan' }
  /** Choose the value of an account's only key and write it down. */
  | { readonly kind: 'plan'; readonly tier: string; readonly plan: string }
  /** The same, where it is to take the place of a key of another tier. */
  | { readonly kind: 'replace'; readonly tier: string; readonly plan: string }
  | { readonly kind: 'create'; readonly key: NextKey }
  | { readonly kind: 'join'; readonly key: MadeKey }
  /** Use the next key, provided that it is in its plan. */
  | { readonly kind: 'switch'; readonly key: MadeKey }
  /** Give the next key up: the tier has changed again, or its plan is another one. */
  | { readonly kind: 'drop'; readonly key: MadeKey }
  /** Give the key up before there is another: its plan was replaced, or nobody uses it. */
  | { readonly kind: 'withdraw'; readonly key: KeyInPlan }
  /** The same, unless it is in its plan after all: the lists that were read may be short of it. */
  | { readonly kind: 'withdraw unserved'; readonly key: KeyInPlan }
  | { readonly kind: 'delete'; readonly key: FormerKey }

/** A tier's usage plan, as it was when the run began. */
export interface TierPlan {
  readonly id: string
  /** Ids of the keys that are in it; where they could not be listed, keys in use are taken to be. */
  readonly keys: ReadonlySet<string> | undefined
}

export type MadeKey = NextKey & { readonly id: string }

/**
 * @param tier the account's, as the configuration knows it
 * @param plans usage plans by tier
 */
export function nextStep(
  { apiKey, nextKey, formerKeys = [] }: KeyedAccount,
  tier: string,
  plans: ReadonlyMap<string, TierPlan>,
  now: EpochSeconds,
): Step {
  const plan = plans.get(tier)
  const fits = (key: KeyInPlan | NextKey | undefined) => key?.tier === tier && key.plan === plan?.id
  // A key is used when it was in its plan for long, so one that is not listed was taken out, or the list is short.
  const isServed = apiKey !== undefined && fits(apiKey) && (plan?.keys?.has(apiKey.id) ?? true)

  if (apiKey?.tier === tier && !isServed)
    return { kind: plan && !fits(apiKey) ? 'withdraw' : 'withdraw unserved', key: apiKey }
  if (nextKey && isMade(nextKey)) {
    if (isServed || !fits(nextKey)) return { kind: 'drop', key: nextKey }
    if (nextKey.madeAt !== undefined && now - nextKey.madeAt >= SPREAD_SECONDS)
      return { kind: 'switch', key: nextKey }
  }
  const overdue = formerKeys.find(({ retiredAt }) => now - retiredAt >= RETIREMENT_SECONDS)
  if (overdue) return { kind: 'delete', key: overdue }
  if (nextKey) {
    // Also where it is not wanted any more: it may have been made already, and only its id can be deleted.
    if (!isMade(nextKey)) return { kind: 'create', key: nextKey }
    return nextKey.madeAt === undefined ? { kind: 'join', key: nextKey } : { kind: 'wait' }
  }
  if (isServed) return { kind: formerKeys.length > 0 ? 'wait' : 'nothing' }
  if (plan === undefined) return { kind: 'lack plan' }
  return { kind: apiKey ? 'replace' : 'plan', tier, plan: plan.id }
}

function isMade(key: NextKey): key is MadeKey {
  return key.id !== undefined
}
