import { describe, expect, test } from 'vitest'
import { nextStep, type Step, type TierPlan } from '../../../../functions/api-keys/step.ts'
import { epochSeconds } from '../../../../shared/protocol/brands.ts'
import type { AccountKeys } from '../../../../shared/stores/accounts.ts'

const now = epochSeconds(1_700_000_000)
const ago = (seconds: number) => epochSeconds(now - seconds)
const plans = new Map([
  ['standard', { id: 'plan-s', keys: new Set(['used']) }],
  ['premium', { id: 'plan-p', keys: new Set(['used', 'next']) }],
])
const standard = { value: 'v1', tier: 'standard', plan: 'plan-s' }
const premium = { value: 'v2', tier: 'premium', plan: 'plan-p' }
const using = { id: 'used', ...standard }
const made = { id: 'next', ...premium }
const stale = { id: 'next', ...premium, plan: 'plan-of-yesterday' }

/** The step of an account on the tier premium. */
const step = (keys: AccountKeys, tier = 'premium', known: ReadonlyMap<string, TierPlan> = plans): Step =>
  nextStep({ accountId: 'acme', ...keys }, tier, known, now)

type Row = readonly [state: string, keys: AccountKeys, step: Step]

describe('on the way to a key', () => {
  test.each<Row>([
    ['no key: plans one', {}, { kind: 'plan', tier: 'premium', plan: 'plan-p' }],
    ['planned: makes it', { nextKey: premium }, { kind: 'create', key: premium }],
    ['made: puts it into its plan', { nextKey: made }, { kind: 'join', key: made }],
    ['in its plan just now: waits', { nextKey: { ...made, madeAt: now } }, { kind: 'wait' }],
    ['in its plan for 239 s: waits', { nextKey: { ...made, madeAt: ago(239) } }, { kind: 'wait' }],
    [
      'in its plan for 240 s: uses it',
      { nextKey: { ...made, madeAt: ago(240) } },
      { kind: 'switch', key: { ...made, madeAt: ago(240) } },
    ],
    ['in use: nothing', { apiKey: made }, { kind: 'nothing' }],
    [
      'in use, and another of the same plan in the making: gives that up',
      { apiKey: { ...made, id: 'used' }, nextKey: made },
      { kind: 'drop', key: made },
    ],
  ])('%s', (_, keys, expected) => {
    expect(step(keys)).toEqual(expected)
  })
})

describe('on the way to another tier', () => {
  test.each<Row>([
    [
      'the old key only: plans the new one',
      { apiKey: using },
      { kind: 'replace', tier: 'premium', plan: 'plan-p' },
    ],
    ['the new one planned: makes it', { apiKey: using, nextKey: premium }, { kind: 'create', key: premium }],
    ['made: puts it into its plan', { apiKey: using, nextKey: made }, { kind: 'join', key: made }],
    [
      'known: switches',
      { apiKey: using, nextKey: { ...made, madeAt: ago(300) } },
      { kind: 'switch', key: { ...made, madeAt: ago(300) } },
    ],
    [
      'switched: keeps the old one for a while',
      { apiKey: made, formerKeys: [{ id: 'used', retiredAt: ago(269) }] },
      { kind: 'wait' },
    ],
    [
      'nobody can use the old one any more: deletes it',
      { apiKey: made, formerKeys: [{ id: 'used', retiredAt: ago(270) }] },
      { kind: 'delete', key: { id: 'used', retiredAt: ago(270) } },
    ],
    [
      'deletes what may go, and leaves what may not',
      {
        apiKey: made,
        formerKeys: [
          { id: 'young', retiredAt: ago(1) },
          { id: 'old', retiredAt: ago(999) },
        ],
      },
      { kind: 'delete', key: { id: 'old', retiredAt: ago(999) } },
    ],
    [
      'deletes before it makes: room',
      { nextKey: premium, formerKeys: [{ id: 'old', retiredAt: ago(999) }] },
      { kind: 'delete', key: { id: 'old', retiredAt: ago(999) } },
    ],
    [
      'switches before it deletes: a customer waits',
      { nextKey: { ...made, madeAt: ago(300) }, formerKeys: [{ id: 'old', retiredAt: ago(999) }] },
      { kind: 'switch', key: { ...made, madeAt: ago(300) } },
    ],
  ])('%s', (_, keys, expected) => {
    expect(step(keys)).toEqual(expected)
  })
})

describe('back on the tier of the key in use, midway', () => {
  const back = (nextKey: AccountKeys['nextKey']) =>
    step({ apiKey: using, ...(nextKey ? { nextKey } : {}) }, 'standard')
  test.each<readonly [string, NonNullable<AccountKeys['nextKey']>, Step]>([
    ['a planned key is made, since it may be there', premium, { kind: 'create', key: premium }],
    ['a made one is given up', made, { kind: 'drop', key: made }],
    [
      'one in its plan is given up',
      { ...made, madeAt: ago(9) },
      { kind: 'drop', key: { ...made, madeAt: ago(9) } },
    ],
    [
      'one that is known is given up',
      { ...made, madeAt: ago(999) },
      { kind: 'drop', key: { ...made, madeAt: ago(999) } },
    ],
  ])('%s', (_, nextKey, expected) => {
    expect(back(nextKey)).toEqual(expected)
  })
})

describe('where a usage plan is not what it was', () => {
  const none = new Map<string, TierPlan>()
  const emptied = new Map([['premium', { id: 'plan-p', keys: new Set<string>() }]])
  const unlisted = new Map([['premium', { id: 'plan-p', keys: undefined }]])
  test.each<readonly [string, AccountKeys, ReadonlyMap<string, TierPlan>, Step]>([
    ['no plan, no key: none is planned', {}, none, { kind: 'lack plan' }],
    ['no plan for the new tier: the old key stays', { apiKey: using }, none, { kind: 'lack plan' }],
    [
      'the plan of the key in use is gone: it is given up, where the key is in it no more',
      { apiKey: made },
      none,
      { kind: 'withdraw unserved', key: made },
    ],
    [
      'the plan of the key in use was replaced: it is given up',
      { apiKey: stale },
      plans,
      { kind: 'withdraw', key: stale },
    ],
    [
      'the key in use is not in it any more: it is given up, unless it is there after all',
      { apiKey: made },
      emptied,
      { kind: 'withdraw unserved', key: made },
    ],
    ['its keys could not be listed: the key in use stays', { apiKey: made }, unlisted, { kind: 'nothing' }],
    [
      'its keys could not be listed, but it was replaced: the key in use is given up',
      { apiKey: stale },
      unlisted,
      { kind: 'withdraw', key: stale },
    ],
    [
      'a key to be is not in it yet: it waits, and is looked at before its use',
      { nextKey: { ...made, madeAt: ago(9) } },
      emptied,
      { kind: 'wait' },
    ],
    [
      'before all else, since requests are refused',
      { apiKey: stale, nextKey: { ...made, madeAt: ago(999) } },
      plans,
      { kind: 'withdraw', key: stale },
    ],
    [
      'the plan of a key to be was replaced: dropped',
      { nextKey: stale },
      plans,
      { kind: 'drop', key: stale },
    ],
    ['the plan of a key to be is gone: dropped', { nextKey: made }, none, { kind: 'drop', key: made }],
  ])('%s', (_, keys, known, expected) => {
    expect(step(keys, 'premium', known)).toEqual(expected)
  })
})
