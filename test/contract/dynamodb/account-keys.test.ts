/** The API keys of accounts: one conditional write a step, and nothing of another's lost. */
import { type DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { epochSeconds } from '../../../shared/protocol/brands.ts'
import { accountKeyStore, accountStore, type KeyedAccount } from '../../../shared/stores/accounts.ts'
import { connect, recordCommands, useEngine } from '../../support/dynamodb.ts'
import { flakyConnection } from '../../support/flaky-connection.ts'

const { engine, connect: connectDirectly, tableName } = useEngine()
let db: DynamoDBDocumentClient
let flaky: DynamoDBDocumentClient
let proxy: Awaited<ReturnType<typeof flakyConnection>>
beforeAll(async () => {
  proxy = await flakyConnection(engine().port)
  db = await connectDirectly()
  flaky = await connect(proxy.port)
})
afterAll(() => proxy.close())

const keys = (over = db) => accountKeyStore(over, tableName('accounts'))
const accounts = () => accountStore(db, tableName('accounts'))
const planned = { value: 'value-1', tier: 'premium', plan: 'plan-p' }
const used = { id: 'key-1', ...planned }
const former = { id: 'key-0', retiredAt: epochSeconds(1_700_000_000) }
const attempt = expect.any(String)

async function read(accountId: string): Promise<KeyedAccount> {
  for await (const account of keys().all()) if (account.accountId === accountId) return account
  throw new Error(`there is no account ${accountId}`)
}

/** An account that has just been opened, as a survey finds it. */
async function opened(accountId: string): Promise<KeyedAccount> {
  await accounts().create({ accountId, tier: 'premium' })
  return read(accountId)
}

async function saved(...given: Parameters<ReturnType<typeof keys>['saveKeys']>): Promise<KeyedAccount> {
  const account = await keys().saveKeys(...given)
  if (!account) throw new Error('the write was not made')
  return account
}

describe('another tier', () => {
  test('is set, beside the keys as they are', async () => {
    const before = await saved(await opened('moved'), { apiKey: used })
    expect(await accounts().setTier('moved', 'enterprise')).toBe('set')
    const after = await read('moved')
    expect(after).toEqual({ accountId: 'moved', tier: 'enterprise', apiKey: used, attempt })
    expect(after.attempt).not.toBe(before.attempt)
  })

  test('makes no account of one that is not there', async () => {
    expect(await accounts().setTier('nobody', 'enterprise')).toBe('unknown')
    expect(await accounts().find('nobody')).toBeUndefined()
  })

  test('saves no keys that were planned for the tier before', async () => {
    const seen = await opened('raced')
    await accounts().setTier('raced', 'enterprise')
    expect(await keys().saveKeys(seen, { nextKey: planned })).toBeUndefined()
    expect(await read('raced')).toEqual({ accountId: 'raced', tier: 'enterprise', attempt })
  })
})

describe('a step', () => {
  test('sets what there is and removes what there is no more, and tells the account as it is then', async () => {
    const first = await saved(await opened('steps'), { nextKey: planned })
    expect(first).toEqual({ accountId: 'steps', tier: 'premium', nextKey: planned, attempt })
    expect(await read('steps')).toEqual(first)
    const second = await saved(first, { apiKey: used, formerKeys: [former] })
    expect(second).toEqual({
      accountId: 'steps',
      tier: 'premium',
      apiKey: used,
      formerKeys: [former],
      attempt,
    })
    expect(await read('steps')).toEqual(second)
    expect(await accounts().find('steps')).toMatchObject({ accountId: 'steps', apiKey: used })
    const last = await saved(second, {})
    expect(await read('steps')).toEqual({ accountId: 'steps', tier: 'premium', attempt: last.attempt })
  })

  test('can be the first write of ours, where somebody else made the item', async () => {
    await db.send(new PutCommand({ TableName: tableName('accounts'), Item: { accountId: 'by hand' } }))
    const seen = await read('by hand')
    expect(await saved(seen, { nextKey: planned })).toEqual({
      accountId: 'by hand',
      nextKey: planned,
      attempt,
    })
    expect(await keys().saveKeys(seen, { nextKey: { ...planned, value: 'value-2' } })).toBeUndefined()
    expect(await read('by hand')).toMatchObject({ nextKey: planned })
  })

  test('leaves what others set meanwhile', async () => {
    const seen = await opened('moved')
    await db.send(
      new UpdateCommand({
        TableName: tableName('accounts'),
        Key: { accountId: 'moved' },
        UpdateExpression: 'SET tier = :tier, note = :note',
        ExpressionAttributeValues: { ':tier': 'standard', ':note': 'kept' },
      }),
    )
    await saved(seen, { nextKey: planned })
    expect(await accounts().find('moved')).toMatchObject({ tier: 'standard', note: 'kept', nextKey: planned })
  })
})

describe('a step is not made', () => {
  test('where another one was made since the account was read', async () => {
    const seen = await opened('raced')
    const theirs = await saved(seen, { nextKey: planned })
    expect(await keys().saveKeys(seen, { nextKey: { ...planned, value: 'value-2' } })).toBeUndefined()
    expect(await read('raced')).toEqual(theirs)
  })

  test('more than once, of any number at once', async () => {
    const seen = await opened('crowded')
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, number) =>
        keys().saveKeys(seen, { nextKey: { ...planned, value: `value-${number}` } }),
      ),
    )
    const [winner, ...others] = outcomes.filter((outcome) => outcome !== undefined)
    expect(others).toEqual([])
    expect(await read('crowded')).toEqual(winner)
  })

  test('where the account is no more: it makes none', async () => {
    const gone = { accountId: 'gone' }
    expect(await keys().saveKeys(gone, { nextKey: planned })).toBeUndefined()
    expect(await accounts().find('gone')).toBeUndefined()
  })

  test('twice where its answer was lost: it is told as not made, and is there once', async () => {
    const seen = await opened('lost')
    proxy.failOnce('answer lost')
    expect(await keys(flaky).saveKeys(seen, { nextKey: planned })).toBeUndefined()
    expect(proxy.happened.splice(0)).toEqual(['answer lost'])
    const now = await read('lost')
    expect(now).toMatchObject({ nextKey: planned })
    expect(await saved(now, { nextKey: { ...planned, id: 'key-1' } })).toMatchObject({
      nextKey: { id: 'key-1' },
    })
  })

  test('less where the connection broke before it arrived', async () => {
    const seen = await opened('broken')
    proxy.failOnce('connection reset')
    expect(await keys(flaky).saveKeys(seen, { nextKey: planned })).toMatchObject({ nextKey: planned })
    expect(proxy.happened.splice(0)).toEqual(['connection reset'])
  })
})

test('all accounts are read, page by page, with what a run needs and no more', async () => {
  const TableName = tableName('accounts')
  // 300 KB each: a page is 1 MB.
  const note = 'n'.repeat(300_000)
  const names = Array.from({ length: 8 }, (_, number) => `large-${number}`)
  for (const accountId of names)
    await db.send(new PutCommand({ TableName, Item: { accountId, tier: 'premium', apiKey: used, note } }))
  const reader = await connectDirectly()
  const commands = recordCommands(reader)
  const found: KeyedAccount[] = []
  for await (const account of keys(reader).all()) found.push(account)
  const large = found.filter(({ accountId }) => names.includes(accountId))
  expect(large.sort((left, right) => (left.accountId < right.accountId ? -1 : 1))).toEqual(
    names.map((accountId) => ({ accountId, tier: 'premium', apiKey: used })),
  )
  expect(new Set(commands)).toEqual(new Set(['ScanCommand']))
  expect(commands.length).toBeGreaterThan(2)
  await saved(await read('large-0'), {})
})

test('the steps need the rights to scan and to update, and no other', async () => {
  const seen = await opened('rights')
  const commands = recordCommands(db)
  await keys().saveKeys(seen, { nextKey: planned })
  await keys().saveKeys(seen, { nextKey: planned })
  for await (const _ of keys().all());
  expect(new Set(commands)).toEqual(new Set(['UpdateItemCommand', 'ScanCommand']))
})
