import { describe, expect, test } from 'vitest'
import { captureLog } from '../../../support/log-lines.ts'
import { type KeyWorld, keyWorld } from './world.ts'

const log = captureLog()
/** Level and message of what was logged. */
const told = () =>
  log
    .text()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
    .map(({ level, message }) => `${level} ${message}`)

const nothing = {
  made: 0,
  confirmed: 0,
  switched: 0,
  deleted: 0,
  waiting: 0,
  skipped: 0,
  failed: 0,
  unlisted: 0,
}
const summary = (accounts: number, different: Partial<typeof nothing> = {}) => ({
  accounts,
  ...nothing,
  ...different,
})
const NO_ROOM = 'WARN no room for more API keys: accounts stay on the fallback'

/** The plan that an account’s own key is in; none while it is on the fallback. */
const planOf = (world: KeyWorld, id: string) => world.account(id).apiKey?.plan

describe('keys', () => {
  test('are made in one run and used in a later one', async () => {
    const world = keyWorld({ acme: undefined, globex: 'premium' })
    expect(await world.run()).toEqual(summary(2, { made: 2, waiting: 2 }))
    expect([planOf(world, 'acme'), planOf(world, 'globex')]).toEqual([undefined, undefined])
    world.pass(60)
    expect(await world.run()).toEqual(summary(2, { waiting: 2 }))
    world.pass(240)
    expect(await world.run()).toEqual(summary(2, { confirmed: 2 }))
    expect([planOf(world, 'acme'), planOf(world, 'globex')]).toEqual(['plan-s', 'plan-p'])
    expect(await world.run()).toEqual(summary(2))
    expect(world.faults).toEqual([])
  })

  test('are of their account and tier by name, and no value is logged', async () => {
    const world = keyWorld({ acme: 'premium' })
    await world.settle()
    const [key] = [...world.keys.values()]
    expect(key?.name).toBe('Scrip/premium/822b33ad87c148a0a20a5ba7cd5ebcaa68d36a18e7aad165554903f52ca82757')
    expect(log.text()).not.toContain(key?.value)
  })

  test('move with the tier: the old one is deleted a run after the switch', async () => {
    const world = keyWorld({ acme: 'standard' })
    await world.settle(2)
    world.setTier('acme', 'premium')
    expect(await world.run()).toEqual(summary(1, { made: 1, waiting: 1 }))
    world.pass(300)
    expect(await world.run()).toEqual(summary(1, { switched: 1, waiting: 1 }))
    expect([planOf(world, 'acme'), world.keys.size]).toEqual(['plan-p', 2])
    world.pass(240)
    expect(await world.run()).toEqual(summary(1, { waiting: 1 }))
    world.pass(60)
    expect(await world.run()).toEqual(summary(1, { deleted: 1 }))
    expect(world.outcome()).toEqual(world.expected())
  })

  test('stay where the tier changes back before the switch, and the one in the making goes', async () => {
    const world = keyWorld({ acme: 'standard' })
    await world.settle(2)
    const { apiKey } = world.account('acme')
    world.setTier('acme', 'premium')
    await world.run()
    world.setTier('acme', 'standard')
    await world.settle()
    expect(world.account('acme').apiKey).toEqual(apiKey)
    expect(world.outcome()).toEqual(world.expected())
  })

  test('move to the default tier where the configuration has theirs no more', async () => {
    const world = keyWorld({ acme: 'premium' })
    await world.settle(2)
    delete world.rateLimits.tiers.premium
    world.plans.delete('Scrip-tier-premium')
    await world.settle()
    expect(planOf(world, 'acme')).toBe('plan-s')
    expect(world.outcome()).toEqual(world.expected())
  })

  test('are made anew where somebody deleted them before their use', async () => {
    const world = keyWorld({ acme: 'standard' })
    await world.run()
    world.keys.clear()
    await world.settle()
    expect(told()).toContain('WARN an API key left its usage plan before it was used')
    expect(told()).toContain('WARN a new API key or its usage plan is gone')
    expect(world.outcome()).toEqual(world.expected())
  })

  test('are put into their plan again where somebody took them out, and known before they are used', async () => {
    const world = keyWorld({ acme: 'standard' })
    await world.run()
    for (const key of world.keys.values()) {
      delete key.plan
      delete key.joinedAt
    }
    world.pass(300)
    expect(await world.run()).toEqual(summary(1, { waiting: 1 }))
    await world.settle(1)
    expect(world.outcome()).toEqual(world.expected())
  })
})

describe('a key in use', () => {
  test.each([
    ['that somebody deleted', (world: KeyWorld) => world.keys.clear()],
    [
      'that somebody took out of its plan',
      (world: KeyWorld) => {
        for (const key of world.keys.values()) delete key.plan
      },
    ],
  ])('%s is given up by the next run, and its account comes back with a new one', async (_, meddle) => {
    const world = keyWorld({ acme: 'standard' })
    await world.settle(2)
    meddle(world)
    expect(await world.run()).toEqual(summary(1, { made: 1, waiting: 1 }))
    expect(world.account('acme').apiKey).toBeUndefined()
    expect(told()).toEqual(['WARN an API key is given up without another: its account takes the fallback'])
    world.faults.length = 0 // until then requests met it
    await world.settle()
    expect(world.outcome()).toEqual(world.expected())
  })
})

describe('a usage plan', () => {
  test('that is missing is an error in the log, and its accounts are left alone', async () => {
    const world = keyWorld({ acme: 'standard', globex: 'premium' })
    world.plans.delete('Scrip-tier-premium')
    expect(await world.run()).toEqual(summary(2, { made: 1, waiting: 1, skipped: 1 }))
    expect(told()).toEqual(['ERROR a tier has no usage plan: its accounts stay on the fallback'])
    world.plans.set('Scrip-tier-premium', 'plan-p')
    await world.settle()
    expect(world.outcome()).toEqual(world.expected())
  })

  test('that was replaced has its accounts fall back at once, and come back with new keys', async () => {
    const world = keyWorld({ acme: 'standard' })
    await world.settle(2)
    world.plans.set('Scrip-tier-standard', 'plan-s2')
    expect(await world.run()).toEqual(summary(1, { made: 1, waiting: 1 }))
    expect(world.account('acme').apiKey).toBeUndefined()
    await world.settle()
    expect([planOf(world, 'acme'), world.keys.size]).toEqual(['plan-s2', 1])
  })
})

describe('room for keys', () => {
  /** Accounts that have all they need, beside those of the world. */
  function crowd(world: KeyWorld, size: number): void {
    for (let number = 0; number < size; number += 1) {
      const key = { id: `k${number}`, value: `v${number}`, plan: 'plan-s' }
      world.keys.set(key.id, { ...key, name: 'crowd', joinedAt: 0 })
      const accountId = `crowd-${number}`
      world.accounts.set(accountId, { accountId, apiKey: { ...key, tier: 'standard' } })
    }
  }

  test('is not used up: at 9,500 keys no other is made', async () => {
    const world = keyWorld({ first: 'standard', second: 'standard', third: 'standard' })
    crowd(world, 9_498)
    expect(await world.run()).toEqual(summary(9_501, { made: 2, waiting: 2, skipped: 1 }))
    expect(told()).toEqual([NO_ROOM])
  })

  test('comes back with the keys that are deleted, and a tier may still change', async () => {
    const world = keyWorld({})
    crowd(world, 9_499)
    world.setTier('crowd-1', 'premium')
    await world.settle()
    expect([planOf(world, 'crowd-1'), world.keys.size]).toEqual(['plan-p', 9_499])
    expect(world.faults).toEqual([])
  })

  test('is kept for keys that take the place of others: a tier may change at 9,500 as well', async () => {
    const world = keyWorld({})
    crowd(world, 9_500)
    world.setTier('crowd-1', 'premium')
    await world.settle()
    expect([planOf(world, 'crowd-1'), world.keys.size]).toEqual(['plan-p', 9_500])
    expect(world.faults).toEqual([])
  })

  test('is for who has had a key before those who never had one, however many they are', async () => {
    const world = keyWorld(
      Object.fromEntries(Array.from({ length: 9_501 }, (_, number) => [`new-${number}`, 'standard'])),
    )
    crowd(world, 9_500)
    world.setTier('crowd-1', 'premium')
    await world.settle()
    expect(planOf(world, 'crowd-1')).toBe('plan-p')
  })

  test('is not used up by those either: at 9,900 the key that nobody uses goes first', async () => {
    const world = keyWorld({})
    crowd(world, 9_900)
    world.setTier('crowd-1', 'premium')
    expect(await world.run()).toEqual(summary(9_900, { skipped: 1 }))
    expect(told()).toEqual([
      'WARN an API key is given up without another: its account takes the fallback',
      NO_ROOM,
    ])
    await world.settle()
    expect([world.account('crowd-1').apiKey, world.keys.has('k1'), world.keys.size]).toEqual([
      undefined,
      false,
      9_899,
    ])
    expect(world.faults).toEqual([])
  })

  test('comes back where the region is full: the key that nobody uses makes it for the next', async () => {
    const world = keyWorld({}, 3)
    crowd(world, 3)
    world.setTier('crowd-1', 'premium')
    await world.settle()
    expect([planOf(world, 'crowd-1'), world.keys.size, world.faults]).toEqual(['plan-p', 3, []])
  })

  test('is made by no key that is in use', async () => {
    const world = keyWorld({}, 3)
    crowd(world, 3)
    world.setTier('crowd-1', 'premium')
    // Planned, and the region is found to be full; then the tier is what it was.
    await world.run({ fate: { at: 6, mishap: 'dies after' } })
    world.setTier('crowd-1', 'standard')
    await world.settle()
    expect(world.account('crowd-1').apiKey).toMatchObject({ id: 'k1', plan: 'plan-s' })
    expect(world.faults).toEqual([])
  })

  test('may be taken by others: no other is asked for, and the next run tries again', async () => {
    const world = keyWorld({ first: 'standard', second: 'standard', third: 'standard' }, 1)
    const full = summary(3, { made: 1, waiting: 1, skipped: 2 })
    expect(await world.run()).toEqual(full)
    expect(told()).toEqual([NO_ROOM])
    expect(world.calls.filter((call) => call === 'create')).toHaveLength(2)
    await world.settle(2)
    expect([planOf(world, 'first'), planOf(world, 'second')]).toEqual(['plan-s', undefined])
    world.quota(10_000)
    await world.settle()
    expect(world.outcome()).toEqual(world.expected())
  })
})

describe('a run that cannot do it all', () => {
  const several = () => keyWorld({ acme: 'standard', globex: 'standard', initech: 'standard' })

  test('stops where the control plane refuses for now; the next one goes on', async () => {
    const world = several()
    // all plans, the keys of both, all accounts, planned, created, saved, joined, saved; planned, created
    expect(await world.run({ fate: { at: 11, mishap: 'throttled' } })).toEqual(
      summary(3, { made: 1, waiting: 1, skipped: 2 }),
    )
    expect(told()).toEqual(['WARN the next run goes on'])
    await world.settle()
    expect(world.outcome()).toEqual(world.expected())
  })

  test('stops 20 s before its end', async () => {
    const world = several()
    const remaining = () => (world.calls.length < 7 ? 20_000 : 19_999)
    expect(await world.run({ remaining })).toEqual(summary(3, { made: 1, skipped: 3 }))
    expect(told()).toEqual(['WARN the next run goes on'])
    await world.settle()
    expect(world.outcome()).toEqual(world.expected())
  })

  test('goes on with the others where one account fails', async () => {
    const world = several()
    let creations = 0
    const gate = async (call: string) => {
      if (call === 'create' && creations++ === 0) throw new Error('Invalid name')
    }
    expect(await world.run({ gate })).toEqual(summary(3, { made: 2, waiting: 2, failed: 1 }))
    expect(told()).toEqual(['ERROR an account keeps the keys that it has'])
    expect(log.facts()).toMatchObject([{ reason: 'Invalid name' }])
  })

  test.each([
    ['plans', 1],
    ['accounts', 4],
  ])('fails where it cannot read %s', async (_, at) => {
    const world = several()
    expect(await world.run({ fate: { at, mishap: 'refused' } })).toBe('refused')
    expect(world.keys.size).toBe(0)
  })
})
