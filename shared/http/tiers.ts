/** Which rate tier applies to whom. */
import type { Config, RateTier } from '../config/types.ts'
import type { Account } from '../stores/accounts.ts'

export interface NamedTier extends RateTier {
  readonly name: string
}

/** The tier of an account; the default tier where it names none, one that is no more, or there is no account. */
export function tierOfAccount(
  { tiers, defaultTier }: Config['rateLimits'],
  account: Account | undefined,
): NamedTier {
  const asked = account?.tier
  const name = asked !== undefined && Object.hasOwn(tiers, asked) ? asked : defaultTier
  const tier = tiers[name]
  if (!tier) throw new Error(`the configuration has no tier ${name}`)
  return { name, ...tier }
}
