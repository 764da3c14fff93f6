/**
 * Accounts and API Gateway's control plane in memory, with a clock of their own, for runs that die or race.
 *
 * After every change it is checked that no request could meet a key that is not known everywhere yet, or no
 * more: the authorizer names an account's key whenever its tier is the account's.
 */
import { keepApiKeys, type RunServices } from '../../../../functions/api-keys/run.ts'
import type { RateTier } from '../../../../shared/config/types.ts'
import { tierOfAccount } from '../../../../shared/http/tiers.ts'
import type { AccountKeys, KeyedAccount } from '../../../../shared/stores/accounts.ts'
import { type ApiKeyControl, ThrottledError } from '../../../../shared/stores/api-keys.ts'

/** What may befall a run at one of its calls. */
export type Mishap = 'dies before' | 'dies after' | 'refused' | 'answer lost' | 'throttled'

export interface Fate {
  /** The call that it befalls, counted from one. */
  readonly at: number
  readonly mishap: Mishap
}

export interface Process {
  readonly fate?: Fate
  /** Runs before each call is carried out. */
  readonly gate?: (call: string) => Promise<unknown>
  readonly remaining?: () => number
}

interface StoredKey {
  readonly id: string
  readonly name: string
  readonly value: string
  plan?: string
  joinedAt?: number
}

class Died extends Error {}

const SPREAD = 240_000

export function keyWorld(tiersOfAccounts: Readonly<Record<string, string | undefined>>, room = 10_000) {
  let quota = room
  const rateLimits: { defaultTier: string; tiers: Record<string, RateTier> } = {
    defaultTier: 'standard',
    tiers: { standard: { requestsPerMinute: 600 }, premium: { requestsPerMinute: 6_000 } },
  }
  const plans = new Map([
    ['Scrip-fallback', 'plan-f'],
    ['Scrip-tier-standard', 'plan-s'],
    ['Scrip-tier-premium', 'plan-p'],
  ])
  const accounts = new Map<string, KeyedAccount>(
    Object.entries(tiersOfAccounts).map(([accountId, tier]) => [
      accountId,
      { accountId, ...(tier === undefined ? {} : { tier }) },
    ]),
  )
  const keys = new Map<string, StoredKey>()
  const unlisted = new Set<string>()
  const usedUntil = new Map<string, number>()
  const calls: string[] = []
  const faults: string[] = []
  let now = 1_700_000_000_000
  let drawn = 0
  let used = new Set<string>()

  const tierOf = (account: KeyedAccount) => tierOfAccount(rateLimits, account).name

  /** Keys that an authorizer may name now; each has to work. */
  function check(): void {
    const before = used
    used = new Set()
    for (const account of accounts.values()) {
      const { apiKey } = account
      if (apiKey?.tier !== tierOf(account)) continue
      used.add(apiKey.id)
      const key = keys.get(apiKey.id)
      if (!key) faults.push(`${account.accountId} uses a key that is not there`)
      else if (key.value !== apiKey.value) faults.push(`${account.accountId} uses another key’s value`)
      else if (key.plan !== plans.get(`Scrip-tier-${apiKey.tier}`))
        faults.push(`${account.accountId} uses a key of the wrong plan`)
      else if (now - (key.joinedAt ?? now) < SPREAD)
        faults.push(`${account.accountId} uses a key that is not known everywhere`)
    }
    for (const id of before) if (!used.has(id)) usedUntil.set(id, now)
  }

  function process({ fate, gate, remaining = () => 240_000 }: Process = {}): RunServices {
    let made = 0
    let isDead = false
    async function call<Result>(name: string, effect: () => Result): Promise<Result> {
      made += 1
      const number = made
      await gate?.(name)
      if (isDead) throw new Died()
      const mishap = fate?.at === number ? fate.mishap : undefined
      isDead = mishap === 'dies before' || mishap === 'dies after'
      if (mishap === 'dies before') throw new Died()
      if (mishap === 'refused') throw new Error('refused')
      if (mishap === 'throttled') throw new ThrottledError(new Error('Rate exceeded'))
      calls.push(name)
      now += 100
      const result = effect()
      check()
      if (mishap === 'dies after') throw new Died()
      if (mishap === 'answer lost') throw new Error('answer lost')
      return result
    }
    const control: ApiKeyControl = {
      planIds: () => call('planIds', () => new Map([...plans].filter(([, id]) => !unlisted.has(id)))),
      create: ({ name, value }) =>
        call('create', () => {
          const found = [...keys.values()].find((key) => key.value === value)
          if (found) return { id: found.id }
          if (keys.size >= quota) return 'full'
          const id = `key-${keys.size + 1}-${value}`
          keys.set(id, { id, name, value })
          return { id }
        }),
      join: (plan, id) =>
        call('join', () => {
          const key = keys.get(id)
          if (!key || ![...plans.values()].includes(plan)) return 'missing'
          if (key.plan !== undefined && key.plan !== plan) faults.push('a key is put into a second plan')
          key.joinedAt ??= now
          key.plan = plan
          return 'joined'
        }),
      keysOf: (plan) =>
        call(
          'keysOf',
          () =>
            new Set(
              [...keys.values()].flatMap(({ id, plan: own }) =>
                own === plan && !unlisted.has(id) ? [id] : [],
              ),
            ),
        ),
      isInPlan: (plan, id) =>
        call('isInPlan', () => keys.get(id)?.plan === plan && [...plans.values()].includes(plan)),
      delete: (id) =>
        call('delete', () => {
          if (used.has(id) || now - (usedUntil.get(id) ?? 0) < SPREAD)
            faults.push('a key is deleted too soon')
          keys.delete(id)
        }),
    }
    return {
      config: { name: 'Scrip', rateLimits },
      control,
      accounts: {
        async *all() {
          yield* await call('all', () => [...accounts.values()])
        },
        saveKeys: (seen: KeyedAccount, next: AccountKeys) =>
          call('saveKeys', () => {
            const there = accounts.get(seen.accountId)
            if (!there || there.attempt !== seen.attempt) return undefined
            const { apiKey: _, nextKey: __, formerKeys: ___, ...rest } = there
            drawn += 1
            const saved = { ...rest, ...next, attempt: `attempt-${drawn}` }
            accounts.set(seen.accountId, saved)
            return saved
          }),
      },
      clock: () => now,
      newValue: () => {
        drawn += 1
        return `value-${drawn}`
      },
      pause: async () => undefined,
      remainingMilliseconds: remaining,
    }
  }

  /** Where a run of its own dies, so does what it throws. */
  async function run(given?: Process) {
    try {
      return await keepApiKeys(process(given))
    } catch (error) {
      return error instanceof Error ? error.message : 'not an Error'
    }
  }

  return {
    accounts,
    keys,
    plans,
    /** Ids of keys and plans that are there, and that the lists are short of. */
    unlisted,
    rateLimits,
    calls,
    faults,
    run,
    account: (id: string) => accounts.get(id) ?? { accountId: id },
    setTier(id: string, tier: string) {
      accounts.set(id, { ...(accounts.get(id) ?? { accountId: id }), tier })
      check()
    },
    quota(room: number) {
      quota = room
    },
    pass(seconds: number) {
      now += seconds * 1_000
      check()
    },
    /** Undisturbed runs, as the schedule makes them. */
    async settle(runs = 5) {
      for (let done = 0; done < runs; done += 1) {
        now += 300_000
        await run()
      }
    },
    /** What each account should have come to: one key, its own, in its tier's plan, and in use. */
    outcome: () => ({
      faults,
      keys: [...keys.values()].map(({ id, plan }) => [id, plan]).sort(),
      accounts: [...accounts.values()].map(({ apiKey, nextKey, formerKeys }) => ({
        apiKey: [apiKey?.id, apiKey?.plan],
        nextKey,
        formerKeys,
      })),
    }),
    expected() {
      const own = [...accounts.values()].map((account) => [
        account.apiKey?.id ?? `a key of ${account.accountId}`,
        plans.get(`Scrip-tier-${tierOf(account)}`),
      ])
      return {
        faults: [],
        keys: [...own].sort(),
        accounts: own.map((apiKey) => ({ apiKey, nextKey: undefined, formerKeys: undefined })),
      }
    },
  }
}

export type KeyWorld = ReturnType<typeof keyWorld>
