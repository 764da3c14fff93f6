/** One step of an account's API key: at most one change at API Gateway, then one conditional write. */
import { log } from '../../shared/http/log.ts'
import { fromMilliseconds } from '../../shared/protocol/brands.ts'
import type { AccountKeyStore, AccountKeys, KeyedAccount, KeyInPlan } from '../../shared/stores/accounts.ts'
import type { ApiKeyControl } from '../../shared/stores/api-keys.ts'
import type { Clock } from '../../shared/stores/memory.ts'
import { describeKey } from './description.ts'
import type { MadeKey, Step } from './step.ts'

export interface PerformServices {
  readonly stackName: string
  readonly accounts: AccountKeyStore
  readonly control: ApiKeyControl
  readonly clock: Clock
  /** Draws a key's value. */
  readonly newValue: () => string
  /** Waits before a call to the control plane, whose few calls a second others need as well. */
  readonly pause: () => Promise<void>
}

export type Deed =
  | 'planned'
  | 'made'
  | 'joined'
  /** To be put into its plan once more. */
  | 'put back'
  | 'confirmed'
  | 'switched'
  | 'given up'
  | 'deleted'

export type Outcome =
  | { readonly kind: 'done'; readonly deed: Deed; readonly account: KeyedAccount }
  /** The region has no room for another key. */
  | { readonly kind: 'full' }
  /** Another run was faster, another change was under way, or a list was short: the next run carries on. */
  | { readonly kind: 'later' }

export type Action = Exclude<Step, { readonly kind: 'nothing' | 'wait' | 'lack plan' }>

const LATER: Outcome = { kind: 'later' }

/**
 * Takes one step, which begins where the last one that was written down ended: a run that breaks off between the change
 * and the write makes the same change again.
 *
 * @param account as it was read, and as it still has to be for the write to be made
 * @throws ThrottledError, and what the table and the control plane throw
 */
export async function perform(
  { stackName, accounts, control, clock, newValue, pause }: PerformServices,
  account: KeyedAccount,
  step: Action,
): Promise<Outcome> {
  const { apiKey, nextKey, formerKeys = [] } = account

  switch (step.kind) {
    case 'plan':
    case 'replace':
      return save('planned', { nextKey: { value: newValue(), tier: step.tier, plan: step.plan } })

    case 'create': {
      await pause()
      const made = await control.create(describeKey(stackName, account.accountId, step.key))
      if (made === 'full') return { kind: 'full' }
      return made === 'busy' ? LATER : save('made', { nextKey: { ...step.key, id: made.id } })
    }

    case 'join': {
      await pause()
      const outcome = await control.join(step.key.plan, step.key.id)
      if (outcome === 'joined') return save('joined', { nextKey: { ...step.key, madeAt: now() } })
      if (outcome === 'busy') return LATER
      log.warn('a new API key or its usage plan is gone', { key_id: step.key.id, plan: step.key.plan })
      await save('given up', withoutNextKey(step.key))
      // Begun anew by the next run alone, which knows the plans of its own time.
      return LATER
    }

    case 'switch': {
      await pause()
      const { id, value, tier, plan } = step.key
      if (await control.isInPlan(plan, id))
        return save(apiKey ? 'switched' : 'confirmed', {
          apiKey: { id, value, tier, plan },
          nextKey: undefined,
          formerKeys: retired(apiKey?.id),
        })
      log.warn('an API key left its usage plan before it was used', { key_id: id, plan })
      return save('put back', { nextKey: { id, value, tier, plan } })
    }

    case 'drop':
      return save('given up', withoutNextKey(step.key))

    case 'withdraw unserved':
      await pause()
      return (await control.isInPlan(step.key.plan, step.key.id)) ? LATER : withdraw(step.key)

    case 'withdraw':
      return withdraw(step.key)

    case 'delete':
      await pause()
      await control.delete(step.key.id)
      return save('deleted', { formerKeys: formerKeys.filter(({ id }) => id !== step.key.id) })
  }

  async function save(deed: Deed, change: Changed): Promise<Outcome> {
    const { formerKeys: former = [], ...keys } = { apiKey, nextKey, formerKeys, ...change }
    const saved = await accounts.saveKeys(account, {
      ...present(keys),
      ...(former.length > 0 ? { formerKeys: former } : {}),
    })
    return saved ? { kind: 'done', deed, account: saved } : LATER
  }

  function withdraw({ id, plan }: KeyInPlan): Promise<Outcome> {
    log.warn('an API key is given up without another: its account takes the fallback', { key_id: id, plan })
    return save('given up', { apiKey: undefined, formerKeys: retired(id) })
  }

  function withoutNextKey({ id }: MadeKey): Changed {
    return { nextKey: undefined, formerKeys: retired(id) }
  }

  function retired(id: string | undefined) {
    return id === undefined ? formerKeys : [...formerKeys, { id, retiredAt: now() }]
  }

  function now() {
    return fromMilliseconds(clock())
  }
}

type Changed = { readonly [Name in keyof AccountKeys]?: AccountKeys[Name] | undefined }

function present({ apiKey, nextKey }: Changed): AccountKeys {
  return { ...(apiKey ? { apiKey } : {}), ...(nextKey ? { nextKey } : {}) }
}
