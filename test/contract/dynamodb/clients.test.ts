import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { beforeAll, describe, expect, test } from 'vitest'
import { clientId, epochSeconds } from '../../../shared/protocol/brands.ts'
import { accountStore } from '../../../shared/stores/accounts.ts'
import { clientStore } from '../../../shared/stores/clients.ts'
import { machineClient, publicClient } from '../../support/clients.ts'
import { recordCommands, useEngine } from '../../support/dynamodb.ts'

const { engine, connect, tableName } = useEngine()
let db: DynamoDBDocumentClient
let other: DynamoDBDocumentClient
beforeAll(async () => {
  db = await connect()
  other = await connect()
})
/** Two instances of the store on one table, as two environments of a function are. */
const clients = () => clientStore(db, tableName('clients'))
const others = () => clientStore(other, tableName('clients'))
const attempt = expect.stringMatching(/^[0-9a-f-]{36}$/)
const named = (id: string, different = {}) => machineClient({ clientId: clientId(id), ...different })

const whole = named('whole', {
  clientUri: 'https://example.com',
  logoUri: 'https://example.com/é.png',
  redirectUris: ['https://example.com/cb', 'http://127.0.0.1/cb'],
  account: 'acme',
  firstParty: true,
  secrets: [
    { hash: 'h1', createdAt: epochSeconds(1_700_000_000), expiresAt: epochSeconds(1_700_086_400) },
    { hash: 'h2', createdAt: epochSeconds(1_700_000_000) },
  ],
})

describe('a client', () => {
  test.each([
    { what: 'with everything', client: whole },
    { what: 'without what is optional', client: publicClient({ clientId: clientId('least') }) },
    {
      what: 'with values left undefined',
      client: named('undefined', { account: undefined, clientUri: undefined }),
    },
    { what: 'of an id beyond ASCII', client: named('é€😀') },
  ])('$what reads back whole, by every instance at once', async ({ client }) => {
    expect(await clients().create(client)).toBe('created')
    const stored = { ...JSON.parse(JSON.stringify(client)), attempt }
    expect([await clients().find(client.clientId), await others().find(client.clientId)]).toEqual([
      stored,
      stored,
    ])
  })

  test('that nobody registered is not found', async () => {
    expect(await clients().find('nobody')).toBeUndefined()
  })

  test('is found by its exact id alone', async () => {
    await clients().create(named('Exact'))
    expect(await Promise.all(['exact', 'Exact ', ' Exact', 'Exac'].map((id) => clients().find(id)))).toEqual(
      Array(4).fill(undefined),
    )
  })
})

describe('an id that is taken', () => {
  test.each([
    { what: 'by the same instance', second: clients },
    { what: 'by another instance', second: others },
  ])('$what stays with the first: nothing is written', async ({ what, second }) => {
    const first = named(`taken ${what}`, { clientName: 'First' })
    await clients().create(first)
    expect(await second().create({ ...first, clientName: 'Second' })).toBe('exists')
    expect(await clients().find(first.clientId)).toEqual({ ...first, attempt })
  })

  test('by one of many at once goes to exactly one, whose item is there', async () => {
    const candidates = Array.from({ length: 20 }, (_, index) =>
      named('contested', { clientName: `Nr. ${index}` }),
    )
    const outcomes = await Promise.all(
      candidates.map((client, index) => (index % 2 === 0 ? clients() : others()).create(client)),
    )
    expect(outcomes.filter((outcome) => outcome === 'created').length).toBe(1)
    expect(outcomes.filter((outcome) => outcome === 'exists').length).toBe(19)
    expect((await clients().find('contested'))?.clientName).toBe(`Nr. ${outcomes.indexOf('created')}`)
  })

  test('is not taken for a write that failed in any other way: that is an error', async () => {
    await expect(clientStore(db, 'no-such-table').create(named('nowhere'))).rejects.toThrow(
      expect.objectContaining({ name: 'ResourceNotFoundException' }),
    )
  })

  test('costs a read only where the engine does not tell whose item it is', async () => {
    const connection = await connect()
    const store = clientStore(connection, tableName('clients'))
    await store.create(named('read once'))
    const commands = recordCommands(connection)
    await store.create(named('read once'))
    expect(commands).toEqual(
      engine().tellsOldItem ? ['PutItemCommand'] : ['PutItemCommand', 'GetItemCommand'],
    )
  })
})

describe('reading', () => {
  test.each([
    { what: 'an empty id', id: '' },
    { what: 'an id longer than any', id: 'x'.repeat(256) },
    { what: 'an id longer than a key may be', id: 'x'.repeat(5000) },
  ])('$what asks nobody', async ({ id }) => {
    const connection = await connect()
    const commands = recordCommands(connection)
    expect(await clientStore(connection, tableName('clients')).find(id)).toBeUndefined()
    expect(commands).toEqual([])
  })

  test('the longest id there may be finds its client, in one read', async () => {
    const connection = await connect()
    const store = clientStore(connection, tableName('clients'))
    const longest = named(`x${'😀'.repeat(127)}`)
    await store.create(longest)
    const commands = recordCommands(connection)
    expect(await store.find(longest.clientId)).toEqual({ ...longest, attempt })
    expect(commands).toEqual(['GetItemCommand'])
  })
})

describe('an account', () => {
  const accounts = () => accountStore(db, tableName('accounts'))
  const elsewhere = () => accountStore(other, tableName('accounts'))

  test.each([{ account: { accountId: 'acme', tier: 'premium' } }, { account: { accountId: 'small' } }])(
    'reads back whole: $account',
    async ({ account }) => {
      expect(await accounts().create(account)).toBe('created')
      expect(await elsewhere().find(account.accountId)).toEqual({ ...account, attempt })
    },
  )
  test('is opened once, and keeps its tier', async () => {
    await accounts().create({ accountId: 'once', tier: 'premium' })
    expect(await elsewhere().create({ accountId: 'once', tier: 'standard' })).toBe('exists')
    expect(await accounts().find('once')).toEqual({ accountId: 'once', tier: 'premium', attempt })
  })
  test('that nobody opened is not found', async () => {
    expect(await accounts().find('nobody')).toBeUndefined()
  })
})
