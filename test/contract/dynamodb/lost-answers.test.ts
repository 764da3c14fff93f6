import { type DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientId, epochSeconds } from '../../../shared/protocol/brands.ts'
import { accountStore } from '../../../shared/stores/accounts.ts'
import { clientStore } from '../../../shared/stores/clients.ts'
import { rateLimitStore } from '../../../shared/stores/rate-limits.ts'
import { machineClient } from '../../support/clients.ts'
import { beforeEachAttempt, connect, useEngine } from '../../support/dynamodb.ts'
import { flakyConnection } from '../../support/flaky-connection.ts'

const { engine, connect: connectDirectly, tableName } = useEngine()
let proxy: Awaited<ReturnType<typeof flakyConnection>>
let direct: DynamoDBDocumentClient
let flaky: DynamoDBDocumentClient
beforeAll(async () => {
  proxy = await flakyConnection(engine().port)
  direct = await connectDirectly()
  flaky = await connect(proxy.port)
})
afterAll(() => proxy.close())

const clients = () => clientStore(flaky, tableName('clients'))
const named = (id: string, different = {}) => machineClient({ clientId: clientId(id), ...different })

/** The items of that id, read past the flaky connection. */
async function stored(id: string) {
  const { Items = [] } = await direct.send(
    new ScanCommand({ TableName: tableName('clients'), ConsistentRead: true }),
  )
  return Items.filter((item) => item.clientId === id)
}

describe('a write that was applied and whose answer was lost', () => {
  test('is our own: the retry reports it as created, and the item is there once', async () => {
    const client = named('lost answer')
    proxy.failOnce('answer lost')
    expect(await clients().create(client)).toBe('created')
    expect(proxy.happened.splice(0)).toEqual(['answer lost'])
    expect(await stored('lost answer')).toEqual([{ ...client, attempt: expect.any(String) }])
  })

  test('is known by its attempt, not by its content: the same client sent once more exists', async () => {
    const client = named('same content')
    proxy.failOnce('answer lost')
    expect([await clients().create(client), await clients().create(client)]).toEqual(['created', 'exists'])
    expect(proxy.happened.splice(0)).toEqual(['answer lost'])
  })

  test('is not somebody else’s: where another item is there, it exists and stays', async () => {
    const theirs = named('theirs', { clientName: 'Theirs' })
    await clientStore(direct, tableName('clients')).create(theirs)
    proxy.failOnce('answer lost')
    expect(await clients().create(named('theirs', { clientName: 'Ours' }))).toBe('exists')
    expect(proxy.happened.splice(0)).toEqual(['answer lost'])
    expect(await stored('theirs')).toEqual([{ ...theirs, attempt: expect.any(String) }])
  })

  test('opens an account once', async () => {
    proxy.failOnce('answer lost')
    expect(await accountStore(flaky, tableName('accounts')).create({ accountId: 'acme' })).toBe('created')
    expect(proxy.happened.splice(0)).toEqual(['answer lost'])
  })

  test('counts a request twice, which errs on the side of the limit', async () => {
    const limits = rateLimitStore(flaky, tableName('rateLimits'))
    const now = epochSeconds(1_700_000_000)
    proxy.failOnce('answer lost')
    const { requests } = await limits.count('a', now)
    expect([requests, proxy.happened.splice(0)]).toEqual([2, ['answer lost']])
  })
})

describe('a request that never arrived', () => {
  test('for a reset connection is sent again', async () => {
    const client = named('reset')
    proxy.failOnce('connection reset')
    expect(await clients().create(client)).toBe('created')
    expect(proxy.happened.splice(0)).toEqual(['connection reset'])
    expect(await stored('reset')).toEqual([{ ...client, attempt: expect.any(String) }])
  })

  test('for a refused connection is sent again', async () => {
    const before = await flakyConnection(engine().port)
    const db = await connect(before.port)
    await before.close()
    let reopened: Awaited<ReturnType<typeof flakyConnection>> | undefined
    const attempts: number[] = []
    beforeEachAttempt(db, async (attempt) => {
      attempts.push(attempt)
      if (attempt === 2) reopened = await flakyConnection(engine().port, before.port)
    })
    const client = named('refused')
    expect(await clientStore(db, tableName('clients')).create(client)).toBe('created')
    expect(attempts).toEqual([1, 2])
    expect(await stored('refused')).toEqual([{ ...client, attempt: expect.any(String) }])
    await reopened?.close()
  })

  test('for a read finds what is there', async () => {
    const client = named('read')
    await clientStore(direct, tableName('clients')).create(client)
    proxy.failOnce('connection reset')
    expect(await clients().find('read')).toEqual({ ...client, attempt: expect.any(String) })
    expect(proxy.happened.splice(0)).toEqual(['connection reset'])
  })
})
