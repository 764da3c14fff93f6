import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb'
import { beforeAll, describe, expect, test } from 'vitest'
import { vendedTokenStore } from '../../../shared/stores/vended-tokens.ts'
import { cached } from '../../../shared/vending/pipeline/cached.ts'
import type { Outcome, VendAuthorized } from '../../../shared/vending/pipeline/types.ts'
import { recordCommands, useEngine } from '../../support/dynamodb.ts'
import { realTime } from '../../support/fake-github.ts'
import { authorizedRequest, gitHubToken, sealingKeys, vended } from '../../support/vend-requests.ts'

const { connect, tableName } = useEngine()
let db: DynamoDBDocumentClient
let other: DynamoDBDocumentClient
beforeAll(async () => {
  db = await connect()
  other = await connect()
})
/** Two instances of the store on one table, as two environments of a function are. */
const tokens = () => vendedTokenStore(db, tableName('vendedTokens'))
const others = () => vendedTokenStore(other, tableName('vendedTokens'))
const T0 = 1_700_000_000_000
const END = 1_700_002_700
const item = async (cacheKey: string) =>
  (await db.send(new GetCommand({ TableName: tableName('vendedTokens'), Key: { cacheKey } }))).Item
const versionOf = async (key: string) => (await tokens().find(key))?.version

describe('a token', () => {
  test('reads back, by every instance at once, with an end for TTL', async () => {
    expect(await tokens().put('whole', 'sealed', undefined, END)).toBe('stored')
    const stored = {
      cacheKey: 'whole',
      sealed: 'sealed',
      version: expect.any(String),
      expiresAt: END,
      attempt: expect.any(String),
    }
    expect([await tokens().find('whole'), await others().find('whole')]).toEqual([stored, stored])
  })

  test('that never was is not found', async () => {
    expect(await tokens().find('never')).toBeUndefined()
  })

  test('takes the place of the one that was seen, and of no other', async () => {
    await tokens().put('replaced', 'first', undefined, END)
    const seen = await versionOf('replaced')
    expect(await others().put('replaced', 'second', seen, END)).toBe('stored')
    expect([
      await tokens().put('replaced', 'third', seen, END),
      await tokens().put('replaced', 'fourth', undefined, END),
      (await tokens().find('replaced'))?.sealed,
    ]).toEqual(['taken', 'taken', 'second'])
  })

  test('is put once of twenty at once, in each of 10 rounds', async () => {
    for (let round = 0; round < 10; round += 1) {
      const key = `put ${round}`
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          (index % 2 ? tokens() : others()).put(key, `${index}`, undefined, END),
        ),
      )
      expect(outcomes.filter((one) => one === 'stored')).toEqual(['stored'])
    }
  })
})

describe('a lease', () => {
  test('is one’s alone for ten seconds', async () => {
    expect([
      await tokens().lease('leased', 'a', undefined, T0),
      await others().lease('leased', 'b', undefined, T0),
      await others().lease('leased', 'b', undefined, T0 + 9_999),
      await others().lease('leased', 'b', undefined, T0 + 10_000),
      await tokens().lease('leased', 'a', undefined, T0 + 10_000),
    ]).toEqual(['leased', 'taken', 'taken', 'leased', 'taken'])
  })

  test('has an end for TTL, since its token may never come', async () => {
    await tokens().lease('left over', 'a', undefined, T0)
    expect(await item('left over')).toEqual({
      cacheKey: 'left over',
      leaseOwner: 'a',
      leaseUntil: T0 + 10_000,
      expiresAt: T0 / 1000 + 3600,
      attempt: expect.any(String),
    })
  })

  test('is taken once of twenty at once over two instances, in each of 25 rounds', async () => {
    for (let round = 0; round < 25; round += 1) {
      const key = `lease ${round}`
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          (index % 2 ? tokens() : others()).lease(key, `${index}`, undefined, T0),
        ),
      )
      expect(outcomes.filter((one) => one === 'leased')).toEqual(['leased'])
    }
  })

  test('is not given to one who has not seen the token that came meanwhile: it would be minted twice', async () => {
    await tokens().lease('overtaken', 'a', undefined, T0)
    await tokens().put('overtaken', 'sealed', undefined, END)
    const seen = await versionOf('overtaken')
    expect([
      await others().lease('overtaken', 'b', undefined, T0 + 1),
      await others().lease('overtaken', 'b', seen, T0 + 1),
    ]).toEqual(['taken', 'leased'])
  })

  test('leaves the token that it is to replace where it is', async () => {
    await tokens().put('kept', 'sealed', undefined, END)
    await tokens().lease('kept', 'a', await versionOf('kept'), T0)
    expect((await tokens().find('kept'))?.sealed).toBe('sealed')
  })

  test('ends with the token', async () => {
    await tokens().lease('ended', 'a', undefined, T0)
    await tokens().put('ended', 'sealed', undefined, END)
    const found = await tokens().find('ended')
    expect([found?.leaseOwner, found?.leaseUntil]).toEqual([undefined, undefined])
  })

  test('that is given back is free at once', async () => {
    await tokens().lease('released', 'a', undefined, T0)
    await tokens().release('released', 'a')
    expect(await others().lease('released', 'b', undefined, T0)).toBe('leased')
  })

  test('that is another’s by now is not given back, nor is one that never was', async () => {
    await tokens().lease('anothers', 'a', undefined, T0)
    await others().lease('anothers', 'b', undefined, T0 + 10_000)
    await tokens().release('anothers', 'a')
    await tokens().release('phantom', 'a')
    expect([(await tokens().find('anothers'))?.leaseOwner, await tokens().find('phantom')]).toEqual([
      'b',
      undefined,
    ])
  })
})

test('each operation is one call', async () => {
  const counted = await connect()
  const commands = recordCommands(counted)
  const store = vendedTokenStore(counted, tableName('vendedTokens'))
  await store.find('counted')
  await store.lease('counted', 'a', undefined, T0)
  await store.put('counted', 'sealed', undefined, END)
  await store.release('counted', 'a')
  expect(commands).toEqual(['GetItemCommand', 'UpdateItemCommand', 'UpdateItemCommand', 'UpdateItemCommand'])
})

/** The layer of the cache over the table itself: two environments, and what they mint. */
function environments(mint: (nth: number) => Promise<Outcome>) {
  const { sealer } = sealingKeys()
  let minted = 0
  const warnings: string[] = []
  const next: VendAuthorized = () => {
    minted += 1
    return mint(minted)
  }
  const layer = (cache: ReturnType<typeof tokens>) =>
    cached(next, {
      cache,
      sealer,
      keyOf: ({ caller }) => caller.pipelineId,
      cacheSeconds: 2700,
      confirm: async (_, { token }) => ({ kind: 'vended', token, cached: true }),
      time: realTime,
      warn: (message) => warnings.push(message),
    })
  const [one, two] = [layer(tokens()), layer(others())]
  return {
    warnings,
    minted: () => minted,
    /** The tokens of so many requests at once. */
    async ask(key: string, count: number) {
      const request = authorizedRequest({ caller: { ...authorizedRequest().caller, pipelineId: key } })
      const outcomes = await Promise.all(
        Array.from({ length: count }, (_, index) => (index % 2 ? one : two)(request)),
      )
      return outcomes.map((outcome) => (outcome.kind === 'vended' ? outcome.token.token : outcome.kind))
    },
  }
}
const slowly = (milliseconds: number) => async (nth: number) => {
  await realTime.sleep(milliseconds)
  return vended('', { token: gitHubToken(`ghs_${nth}`) })
}

describe('twenty requests at once over two environments', () => {
  test('mint once, in each of 5 rounds', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { ask, minted, warnings } = environments(slowly(250))
      expect([await ask(`round ${round}`, 20), minted(), warnings]).toEqual([Array(20).fill('ghs_1'), 1, []])
    }
  })

  test('mint twice where the first to mint fails, and nobody waits for its lease to end', async () => {
    const { ask, minted } = environments(async (nth) => {
      await realTime.sleep(100)
      return nth === 1
        ? { kind: 'failed', service: 'GitHub', failure: 'unavailable', reason: '' }
        : vended('', { token: gitHubToken(`ghs_${nth}`) })
    })
    const startedAt = Date.now()
    const outcomes = await ask('failing', 20)
    expect([outcomes.toSorted(), minted(), Date.now() - startedAt < 2_000]).toEqual([
      ['failed', ...Array(19).fill('ghs_2')],
      2,
      true,
    ])
  })

  test('wait two seconds for a winner that is gone, then mint, and the next ones take what was kept', async () => {
    await tokens().lease('crashed', 'gone', undefined, Date.now())
    const { ask, minted } = environments(slowly(20))
    const startedAt = Date.now()
    const seen = await ask('crashed', 4)
    const waited = Date.now() - startedAt
    const before = minted()
    const [later] = await ask('crashed', 1)
    expect([
      waited >= 2_000 && waited < 4_000,
      seen.every((one) => one.startsWith('ghs_')),
      minted() - before,
    ]).toEqual([true, true, 0])
    expect(seen).toContain(later)
  })

  test('mint once after a lease that ended without a token', async () => {
    await tokens().lease('expired', 'gone', undefined, Date.now() - 10_000)
    const { ask, minted } = environments(slowly(100))
    expect([await ask('expired', 20), minted()]).toEqual([Array(20).fill('ghs_1'), 1])
  })
})
