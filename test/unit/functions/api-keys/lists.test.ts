/** Lists of API Gateway are short, or late, or not to be had: no account loses a good key by that. */
import { describe, expect, test } from 'vitest'
import { captureLog } from '../../../support/log-lines.ts'
import { type KeyWorld, keyWorld } from './world.ts'

const log = captureLog()
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

/** Accounts of both tiers, each with its key in use. */
async function settled() {
  const world = keyWorld({ acme: 'standard', globex: 'standard', initech: 'premium' })
  await world.settle(2)
  world.calls.length = 0
  return world
}

const keyOf = (world: KeyWorld, id: string) => world.account(id).apiKey?.id ?? ''

describe('a list that is short of keys in use', () => {
  test.each([
    ['a key', 1, (world: KeyWorld) => [keyOf(world, 'acme')]],
    ['a plan', 2, () => ['plan-s']],
    ['all keys', 3, (world: KeyWorld) => [...world.keys.keys()]],
    ['all plans', 3, (world: KeyWorld) => [...world.plans.values()]],
  ])('without %s: each of %i keys is asked for, and stays', async (_, asked, hidden) => {
    const world = await settled()
    const before = [...world.accounts]
    for (const id of hidden(world)) world.unlisted.add(id)
    expect(await world.run()).toEqual({ accounts: 3, ...nothing, skipped: asked })
    expect(world.calls.filter((call) => call === 'isInPlan')).toHaveLength(asked)
    expect([...world.accounts]).toEqual(before)
    world.unlisted.clear()
    expect(await world.run()).toEqual({ accounts: 3, ...nothing })
    expect(world.outcome()).toEqual(world.expected())
  })

  test('has no key given up that cannot be asked for now', async () => {
    const world = await settled()
    const before = [...world.accounts]
    for (const id of world.keys.keys()) world.unlisted.add(id)
    // all plans, the keys of both, all accounts; the first key
    expect(await world.run({ fate: { at: 5, mishap: 'throttled' } })).toEqual({
      accounts: 3,
      ...nothing,
      skipped: 3,
    })
    expect(log.text()).toContain('the next run goes on')
    expect([...world.accounts]).toEqual(before)
  })

  test('hides none that is gone: that one alone is given up', async () => {
    const world = await settled()
    for (const id of world.keys.keys()) world.unlisted.add(id)
    world.keys.delete(keyOf(world, 'acme'))
    expect(await world.run()).toEqual({ accounts: 3, ...nothing, made: 1, waiting: 1, skipped: 2 })
    expect([...world.accounts.values()].map(({ apiKey }) => apiKey?.plan)).toEqual([
      undefined,
      'plan-s',
      'plan-p',
    ])
  })
})

describe.each([
  ['refused', 'refused'],
  ['throttled', 'API Gateway’s control plane refuses for now: Rate exceeded'],
] as const)('a list of a tier’s keys that is %s', (mishap, reason) => {
  // all plans, the keys of standard
  const fate = { at: 2, mishap }

  test('leaves its accounts their keys, and is told as an error', async () => {
    const world = await settled()
    expect(await world.run({ fate })).toEqual({ accounts: 3, ...nothing, unlisted: 1 })
    expect(log.facts()).toMatchObject([
      {
        level: 'ERROR',
        message: 'the keys of a tier could not be listed: its accounts keep the keys that they have',
        reason,
      },
    ])
    expect(world.outcome()).toEqual(world.expected())
  })

  test('holds up no other tier', async () => {
    const world = await settled()
    world.keys.delete(keyOf(world, 'initech'))
    world.setTier('globex', 'premium')
    expect(await world.run({ fate })).toEqual({ accounts: 3, ...nothing, made: 2, waiting: 2, unlisted: 1 })
    world.faults.length = 0 // until then requests met the key that is gone
    await world.settle()
    expect(world.outcome()).toEqual(world.expected())
  })
})
