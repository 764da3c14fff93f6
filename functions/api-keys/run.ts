/** One run over all accounts: each is carried on as far as it goes. */
import type { Config } from '../../shared/config/types.ts'
import { log, MAX_LOGGED_ID } from '../../shared/http/log.ts'
import { tierOfAccount } from '../../shared/http/tiers.ts'
import { fromMilliseconds } from '../../shared/protocol/brands.ts'
import { usagePlanName } from '../../shared/protocol/usage-plan.ts'
import type { KeyedAccount } from '../../shared/stores/accounts.ts'
import { ThrottledError } from '../../shared/stores/api-keys.ts'
import { type Action, type Deed, type PerformServices, perform } from './perform.ts'
import { nextStep, type Step, type TierPlan } from './step.ts'
import { MAX_KEYS, MAX_KEYS_WITH_REPLACEMENTS, survey } from './survey.ts'

export interface RunServices extends Omit<PerformServices, 'stackName'> {
  readonly config: Pick<Config, 'name' | 'rateLimits'>
  /** Until the function is ended from outside. */
  readonly remainingMilliseconds: () => number
}

/** What a run tells about itself. */
export interface Summary {
  readonly accounts: number
  readonly made: number
  /** Accounts that came to use a key of their own, and those that came to use another one. */
  readonly confirmed: number
  readonly switched: number
  readonly deleted: number
  readonly waiting: number
  /** Left to a later run, or to the fallback keys. */
  readonly skipped: number
  readonly failed: number
  /** Tiers whose keys could not be listed. */
  readonly unlisted: number
}

type Ending = 'settled' | 'waiting' | 'skipped' | 'failed'

/** A call to API Gateway with all its tries, and a write. */
const RESERVE_MILLISECONDS = 20_000

/** @throws Error where accounts or plans could not be read; what fails for one account or tier is logged and counted */
export async function keepApiKeys(services: RunServices): Promise<Summary> {
  const { config, accounts, control, clock, remainingMilliseconds } = services
  const stackName = config.name
  const plans = await plansByTier()
  const { pending, ...before } = await survey(accounts.all(), stepOf)
  let keys = before.keys
  let isRegionFull = false
  let isRoomLacking = false
  let stopped: string | undefined
  const deeds: Record<Deed, number> = {
    planned: 0,
    made: 0,
    joined: 0,
    'put back': 0,
    confirmed: 0,
    switched: 0,
    'given up': 0,
    deleted: 0,
  }
  const endings = { settled: 0, waiting: before.waiting, skipped: before.skipped, failed: 0 }

  for (const account of pending) endings[await carryOn(account)] += 1
  if (stopped !== undefined) log.warn('the next run goes on', { reason: stopped })
  if (isRoomLacking) log.warn('no room for more API keys: accounts stay on the fallback', { keys })
  const { made, confirmed, switched, deleted } = deeds
  const { waiting, skipped, failed } = endings
  const unlisted = [...plans.values()].filter((plan) => plan.keys === undefined).length
  return { accounts: before.accounts, made, confirmed, switched, deleted, waiting, skipped, failed, unlisted }

  async function plansByTier(): Promise<ReadonlyMap<string, TierPlan>> {
    const ids = await control.planIds()
    const found = new Map<string, TierPlan>()
    for (const tier of Object.keys(config.rateLimits.tiers)) {
      const name = usagePlanName(stackName, tier)
      const id = ids.get(name)
      if (id === undefined) log.error('a tier has no usage plan: its accounts stay on the fallback', { name })
      else found.set(tier, { id, keys: await keysOf(id, tier) })
    }
    return found
  }

  /** A plan may be gone since it was looked up, or the control plane refuse for now: no matter of the other tiers. */
  async function keysOf(planId: string, tier: string): Promise<ReadonlySet<string> | undefined> {
    try {
      return await control.keysOf(planId)
    } catch (error) {
      log.error('the keys of a tier could not be listed: its accounts keep the keys that they have', {
        tier,
        reason: reasonOf(error),
      })
      return undefined
    }
  }

  function tierOf(account: KeyedAccount): string {
    return tierOfAccount(config.rateLimits, account).name
  }

  function stepOf(account: KeyedAccount): Step {
    return nextStep(account, tierOf(account), plans, fromMilliseconds(clock()))
  }

  async function carryOn(account: KeyedAccount): Promise<Ending> {
    try {
      return await stepUntilDone(account)
    } catch (error) {
      if (error instanceof ThrottledError) {
        stopped = error.message
        return 'skipped'
      }
      log.error('an account keeps the keys that it has', {
        account: account.accountId.slice(0, MAX_LOGGED_ID),
        reason: reasonOf(error),
      })
      return 'failed'
    }
  }

  async function stepUntilDone(first: KeyedAccount): Promise<Ending> {
    for (let account = first; ; ) {
      if (remainingMilliseconds() < RESERVE_MILLISECONDS) stopped ??= 'the time is up'
      if (stopped !== undefined) return 'skipped'
      const wanted = stepOf(account)
      if (wanted.kind === 'nothing') return 'settled'
      if (wanted.kind === 'wait') return 'waiting'
      if (wanted.kind === 'lack plan') return 'skipped'
      const step = hasRoomFor(wanted) ? wanted : makingRoom(account)
      if (!step) return 'skipped'
      const outcome = await perform({ ...services, stackName }, account, step)
      if (outcome.kind === 'later') return 'skipped'
      if (outcome.kind === 'full') {
        isRegionFull = true
        continue
      }
      if (outcome.deed === 'planned') keys += 1
      if (outcome.deed === 'deleted') keys -= 1
      deeds[outcome.deed] += 1
      account = outcome.account
    }
  }

  /** A key that is planned is counted already: it may have been made. */
  function hasRoomFor({ kind }: Action): boolean {
    if (kind === 'plan') return !isRegionFull && keys < MAX_KEYS
    if (kind === 'replace') return !isRegionFull && keys < MAX_KEYS_WITH_REPLACEMENTS
    return kind !== 'create' || !isRegionFull
  }

  /** A key of another tier than its account's is used by nobody: the authorizer names the fallback already. */
  function makingRoom(account: KeyedAccount): Action | undefined {
    isRoomLacking = true
    const { apiKey } = account
    return apiKey && apiKey.tier !== tierOf(account) ? { kind: 'withdraw', key: apiKey } : undefined
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'not an Error'
}
