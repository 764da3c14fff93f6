import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type KeyWorld, keyWorld, type Mishap } from './world.ts'

const mishaps: readonly Mishap[] = ['dies before', 'dies after', 'refused', 'answer lost', 'throttled']

/** More than any run of these stories makes. */
const MOST_CALLS = 24

/** What a deployment goes through, a run after each; of which one run meets with a mishap. */
const stories: Readonly<Record<string, readonly ((world: KeyWorld) => void)[]>> = {
  'first keys': [() => {}, (world) => world.pass(300)],
  'another tier': [
    () => {},
    (world) => world.pass(300),
    (world) => world.setTier('acme', 'premium'),
    (world) => world.pass(300),
    (world) => world.pass(300),
  ],
  'another tier and back, before the switch': [
    () => {},
    (world) => world.pass(300),
    (world) => world.setTier('acme', 'premium'),
    (world) => world.setTier('acme', 'standard'),
    (world) => world.pass(300),
  ],
  'another tier and back, after the switch': [
    () => {},
    (world) => world.pass(300),
    (world) => world.setTier('acme', 'premium'),
    (world) => world.pass(300),
    (world) => world.setTier('acme', 'standard'),
    (world) => world.pass(300),
  ],
}

describe.each(Object.entries(stories))('%s', (_, story) => {
  const tell = async (world: KeyWorld, fatal?: { run: number; at: number; mishap: Mishap }) => {
    for (const [index, event] of story.entries()) {
      event(world)
      await world.run(fatal?.run === index ? { fate: fatal } : {})
    }
  }

  test('ends with one key an account, in its plan and in use', async () => {
    const world = keyWorld({ acme: 'standard', globex: 'premium', initech: undefined })
    await tell(world)
    await world.settle()
    expect(world.outcome()).toEqual(world.expected())
  })

  test.each(mishaps)('so it does where a run is struck at any call: %s', async (mishap) => {
    for (const run of story.keys())
      for (let at = 1; at <= MOST_CALLS; at += 1) {
        const world = keyWorld({ acme: 'standard', globex: 'premium' })
        await tell(world, { run, at, mishap })
        await world.settle()
        expect(world.outcome(), `struck at call ${at} of run ${run}`).toEqual(world.expected())
      }
  })
})

test('two runs at once, however they interleave, and a change of tier amid them', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.constantFrom('standard', 'premium'), { maxLength: 4 }),
      fc.boolean(),
      async (scheduler, tiers, startsWithKeys) => {
        const world = keyWorld({ acme: 'standard', globex: 'premium' })
        if (startsWithKeys) await world.settle(2)
        const gate = (call: string) => scheduler.schedule(Promise.resolve(), call)
        const change = async () => {
          for (const tier of tiers) {
            await gate('tier')
            world.setTier('acme', tier)
            world.pass(20)
          }
        }
        for (let round = 0; round < 3; round += 1) {
          await scheduler.waitFor(Promise.all([world.run({ gate }), world.run({ gate }), change()]))
          world.pass(280)
        }
        await world.settle()
        expect(world.outcome()).toEqual(world.expected())
      },
    ),
    { numRuns: 150 },
  )
})

test('a run that is held up where it makes a key cannot bring back what others have given up', async () => {
  const world = keyWorld({ acme: 'standard' })
  const hold = Promise.withResolvers<void>()
  const late = world.run({ gate: async (call) => (call === 'create' ? hold.promise : undefined) })
  await new Promise((resolve) => setImmediate(resolve))
  world.setTier('acme', 'premium')
  await world.run()
  world.pass(235)
  hold.resolve()
  await late
  await world.settle()
  expect(world.outcome()).toEqual(world.expected())
})
