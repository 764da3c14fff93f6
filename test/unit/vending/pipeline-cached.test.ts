import { describe, expect, test } from 'vitest'
import { type CacheParts, cached, type TokenCache } from '../../../shared/vending/pipeline/cached.ts'
import type { Outcome, VendAuthorized } from '../../../shared/vending/pipeline/types.ts'
import {
  authorizedRequest,
  gitHubToken,
  memoryTokens,
  sealingKeys,
  vended,
} from '../../support/vend-requests.ts'
import { virtualTime } from '../../support/virtual-time.ts'

const T0 = 1_700_000_000_000
const failed: Outcome = { kind: 'failed', service: 'GitHub', failure: 'refused', reason: 'GitHub: 422' }

interface Setting {
  readonly cacheSeconds?: number
  /** How the nth minting goes; a token of an hour unless told. */
  readonly mint?: (nth: number) => Promise<Outcome>
  readonly broken?: keyof TokenCache
  readonly confirm?: CacheParts['confirm']
}

/** The layer over a table in memory, with its clock in hand. */
function layer({ cacheSeconds = 2700, mint, broken, confirm }: Setting = {}) {
  const time = virtualTime(T0)
  const keys = sealingKeys()
  const faults = { broken }
  const { cache, items } = memoryTokens(async (operation) => {
    if (faults.broken === operation) throw new Error('DynamoDB is down')
  })
  const warnings: string[] = []
  let minted = 0
  const token = (nth: number, seconds = 3600) =>
    gitHubToken(`ghs_${nth}`, { expiresAt: Math.floor(time.now() / 1000) + seconds })
  const next: VendAuthorized = async () => {
    minted += 1
    return mint ? mint(minted) : vended('', { token: token(minted) })
  }
  const vend = cached(next, {
    cache,
    sealer: keys.sealer,
    keyOf: ({ caller }) => `key of ${caller.pipelineId}`,
    cacheSeconds,
    confirm: confirm ?? (async (_, entry) => ({ kind: 'vended', token: entry.token, cached: true })),
    time,
    warn: (message, reason) => warnings.push(`${message}: ${reason}`),
  })
  const ask = async (different = {}) => {
    const outcome = await vend(authorizedRequest(different))
    return outcome.kind === 'vended'
      ? `${outcome.token.token}${outcome.cached ? ' cached' : ''}`
      : outcome.kind
  }
  return { ask, time, keys, items, cache, warnings, faults, token, minted: () => minted }
}

describe('a token is handed out again', () => {
  test('for 45 minutes, sealed where it rests', async () => {
    const { ask, time, items } = layer()
    const seen = [await ask()]
    time.leap(2_699_000)
    seen.push(await ask())
    time.leap(1_000)
    seen.push(await ask())
    expect([seen, JSON.stringify([...items])]).toEqual([
      ['ghs_1', 'ghs_1 cached', 'ghs_2'],
      expect.not.stringMatching(/ghs_|acme/),
    ])
  })

  test('only while ten minutes of it are left, whatever the settings say', async () => {
    const { ask, time } = layer({ cacheSeconds: 3600 })
    const seen = [await ask()]
    time.leap(2_999_000)
    seen.push(await ask())
    time.leap(1_000)
    seen.push(await ask())
    expect(seen).toEqual(['ghs_1', 'ghs_1 cached', 'ghs_2'])
  })

  test('never across keys', async () => {
    const { ask } = layer()
    const other = { caller: { ...authorizedRequest().caller, pipelineId: 'other' } }
    expect([await ask(), await ask(other), await ask()]).toEqual(['ghs_1', 'ghs_2', 'ghs_1 cached'])
  })
})

describe('a token is the caller’s own, and rests nowhere,', () => {
  test('where a fresh one is asked for, also beside a cached one', async () => {
    const { ask, items } = layer()
    expect([await ask({ fresh: true }), items.size]).toEqual(['ghs_1', 0])
    expect([await ask(), await ask({ fresh: true }), await ask()]).toEqual(['ghs_2', 'ghs_3', 'ghs_2 cached'])
  })

  test('where nothing is to be cached', async () => {
    const { ask, items } = layer({ cacheSeconds: 0 })
    expect([await ask(), await ask(), items.size]).toEqual(['ghs_1', 'ghs_2', 0])
  })

  test('where it lives no longer than a job needs', async () => {
    const { token } = layer()
    const { ask, items } = layer({ mint: async (nth) => vended('', { token: token(nth, 600) }) })
    expect([await ask(), await ask()]).toEqual(['ghs_1', 'ghs_2'])
    expect([...items.values()].map(({ sealed, leaseUntil }) => [sealed, leaseUntil])).toEqual([
      [undefined, undefined],
    ])
  })
})

describe('at the same time', () => {
  test('twenty callers make one call to GitHub', async () => {
    const setting = layer({
      mint: async (nth) => {
        await setting.time.sleep(900)
        return vended('', { token: setting.token(nth) })
      },
    })
    const seen = await Promise.all(Array.from({ length: 20 }, () => setting.ask()))
    expect([seen.toSorted(), setting.minted(), setting.time.now() - T0 < 1_200]).toEqual([
      ['ghs_1', ...Array(19).fill('ghs_1 cached')],
      1,
      true,
    ])
  })

  test('those who wait mint for themselves after two seconds, and the first of their tokens is kept', async () => {
    const setting = layer({
      mint: async (nth) => {
        await setting.time.sleep(nth === 1 ? 9_000 : 500)
        return vended('', { token: setting.token(nth) })
      },
    })
    const slow = setting.ask()
    const others = await Promise.all([setting.ask(), setting.ask()])
    const waited = setting.time.now() - T0
    const later = await setting.ask()
    expect([
      others.toSorted(),
      waited >= 2_500 && waited < 2_750,
      later,
      await slow,
      await setting.ask(),
    ]).toEqual([['ghs_2', 'ghs_3'], true, 'ghs_2 cached', 'ghs_1', 'ghs_2 cached'])
  })

  test('a winner that fails lets the next one mint at once', async () => {
    const setting = layer({
      mint: async (nth) => {
        await setting.time.sleep(50)
        return nth === 1 ? failed : vended('', { token: setting.token(nth) })
      },
    })
    const seen = await Promise.all([setting.ask(), setting.ask(), setting.ask()])
    expect([seen.toSorted(), setting.minted(), setting.time.now() - T0 < 600]).toEqual([
      ['failed', 'ghs_2', 'ghs_2 cached'],
      2,
      true,
    ])
  })

  test('a winner that throws lets the next one mint, too', async () => {
    const setting = layer({
      mint: async (nth) => {
        if (nth === 1) throw new Error('out of memory')
        return vended('', { token: setting.token(nth) })
      },
    })
    await expect(setting.ask()).rejects.toEqual(new Error('out of memory'))
    expect([await setting.ask(), setting.time.now()]).toEqual(['ghs_2', T0])
  })

  test('a winner that is gone holds others up for ten seconds at most, two each', async () => {
    const { ask, cache, time } = layer({ mint: async () => failed })
    await cache.lease(`key of ${authorizedRequest().caller.pipelineId}`, 'gone', undefined, T0)
    await ask()
    const first = time.now() - T0
    time.leap(8_000)
    const before = time.now()
    await ask()
    expect([first >= 2_000 && first < 2_250, time.now() - before]).toEqual([true, 0])
  })
})

describe('nothing is kept', () => {
  test.each<Outcome>([failed, { kind: 'unmatched', reason: 'another repository' }])(
    'of $kind',
    async (outcome) => {
      const { ask, items, minted } = layer({ mint: async () => outcome })
      expect([await ask(), await ask(), minted()]).toEqual([outcome.kind, outcome.kind, 2])
      expect([...items.values()].map(({ sealed, leaseUntil }) => [sealed, leaseUntil])).toEqual([
        [undefined, undefined],
      ])
    },
  )
})

describe('a cached token is replaced', () => {
  const gone = 'a cached token cannot be opened; minting another: its key is gone, or it was changed'
  test('when its key is gone', async () => {
    const { ask, keys, warnings } = layer()
    await ask()
    keys.rotate()
    expect([await ask(), await ask(), warnings]).toEqual(['ghs_2', 'ghs_2 cached', [gone]])
  })

  test('when it was moved there from another key', async () => {
    const { ask, items, warnings } = layer()
    await ask()
    await ask({ caller: { ...authorizedRequest().caller, pipelineId: 'other' } })
    const [mine, theirs] = [...items.keys()] as [string, string]
    items.set(mine, { ...items.get(theirs) })
    expect([await ask(), warnings]).toEqual(['ghs_3', [gone]])
  })

  test('when it is outdated, and told once while others wait', async () => {
    const confirm: CacheParts['confirm'] = async (_, { token }) =>
      token.token === 'ghs_1' ? 'outdated' : { kind: 'vended', token, cached: true }
    const { ask } = layer({ confirm })
    await ask()
    expect([await ask(), await ask()]).toEqual(['ghs_2', 'ghs_2 cached'])
  })
})

test('what confirming a cached token comes to is the answer', async () => {
  const { ask, minted } = layer({ confirm: async () => failed })
  await ask()
  expect([await ask(), minted()]).toEqual(['failed', 1])
})

describe('tokens are vended without a cache', () => {
  const without = 'the cache of tokens fails; minting without it: Error: DynamoDB is down'
  test.each<{ broken: keyof TokenCache; seen: string[]; warnings: string[] }>([
    { broken: 'find', seen: ['ghs_1', 'ghs_2'], warnings: [without, without] },
    { broken: 'lease', seen: ['ghs_1', 'ghs_2'], warnings: [without, without] },
    {
      broken: 'put',
      seen: ['ghs_1', 'ghs_2'],
      warnings: Array(2).fill('a token could not be cached: Error: DynamoDB is down'),
    },
  ])('while $broken fails, and with it again afterwards', async ({ broken, seen, warnings }) => {
    const setting = layer({ broken })
    expect([await setting.ask(), await setting.ask(), setting.warnings]).toEqual([...seen, warnings])
    setting.faults.broken = undefined
    expect([await setting.ask(), await setting.ask()]).toEqual(['ghs_3', 'ghs_3 cached'])
  })

  test('while the key cannot be read', async () => {
    const { ask, keys, warnings } = layer()
    await ask()
    Object.assign(keys.sealer, { open: () => Promise.reject(new Error('Secrets Manager is down')) })
    expect([await ask(), warnings]).toEqual([
      'ghs_2',
      ['the cache of tokens fails; minting without it: Error: Secrets Manager is down'],
    ])
  })

  test('and a lease that cannot be given back is told', async () => {
    const { ask, warnings } = layer({ broken: 'release', mint: async () => failed })
    expect([await ask(), warnings]).toEqual([
      'failed',
      ['a lease could not be given back: Error: DynamoDB is down'],
    ])
  })
})
