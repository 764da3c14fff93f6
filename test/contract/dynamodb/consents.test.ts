import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { beforeAll, describe, expect, test } from 'vitest'
import { clientId } from '../../../shared/protocol/brands.ts'
import { consentStore } from '../../../shared/stores/consents.ts'
import { useEngine } from '../../support/dynamodb.ts'
import { at } from '../../support/grants.ts'

const { connect, tableName } = useEngine()
let db: DynamoDBDocumentClient
let other: DynamoDBDocumentClient
beforeAll(async () => {
  db = await connect()
  other = await connect()
})
const consents = () => consentStore(db, tableName('consents'))
const others = () => consentStore(other, tableName('consents'))
const app = clientId('app')

describe('a consent', () => {
  test('is what the user has allowed, for every instance at once', async () => {
    await consents().allow('ada', app, ['write', 'read'], at(1))
    const stored = { username: 'ada', clientId: 'app', scope: ['read', 'write'], grantedAt: at(1) }
    expect([await consents().find('ada', 'app'), await others().find('ada', 'app')]).toEqual([stored, stored])
  })

  test('of another user or for another app is not found', async () => {
    await consents().allow('eve', app, ['read'], at(1))
    expect(await Promise.all([consents().find('eve', 'other'), consents().find('Eve', 'app')])).toEqual([
      undefined,
      undefined,
    ])
  })

  test('grows with what is allowed later', async () => {
    await consents().allow('grows', app, ['read'], at(1))
    await others().allow('grows', app, ['write', 'read'], at(9))
    expect(await consents().find('grows', 'app')).toEqual({
      username: 'grows',
      clientId: 'app',
      scope: ['read', 'write'],
      grantedAt: at(9),
    })
  })

  test('counts every one of twenty answers at once', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `scope:${index}`)
    await Promise.all(
      names.map((name, index) => (index % 2 ? consents() : others()).allow('at once', app, [name], at(1))),
    )
    expect((await consents().find('at once', 'app'))?.scope).toEqual(names.toSorted())
  })

  test('to nothing is none, and is refused by the table', async () => {
    await expect(consents().allow('nothing', app, [], at(1))).rejects.toThrow()
    expect(await consents().find('nothing', 'app')).toBeUndefined()
  })
})

describe('a consent that is withdrawn', () => {
  test('allows nothing more, and tells since when', async () => {
    await consents().allow('gone', app, ['read'], at(1))
    await others().withdraw('gone', 'app', at(5))
    expect(await consents().find('gone', 'app')).toEqual({
      username: 'gone',
      clientId: 'app',
      scope: [],
      grantedAt: at(1),
      validAfter: at(5),
    })
  })

  test('and given anew holds the new scope alone, and what was before stays withdrawn', async () => {
    await consents().allow('anew', app, ['read', 'write'], at(1))
    await consents().withdraw('anew', 'app', at(5))
    await consents().allow('anew', app, ['read'], at(9))
    expect(await others().find('anew', 'app')).toEqual({
      username: 'anew',
      clientId: 'app',
      scope: ['read'],
      grantedAt: at(9),
      validAfter: at(5),
    })
  })

  test('that never was withdraws what is on its way', async () => {
    await consents().withdraw('before', 'app', at(5))
    expect(await consents().find('before', 'app')).toMatchObject({ scope: [], validAfter: at(5) })
  })

  test('is the app’s alone', async () => {
    await consents().allow('two apps', app, ['read'], at(1))
    await consents().allow('two apps', clientId('other'), ['read'], at(1))
    await consents().withdraw('two apps', 'app', at(5))
    expect(await consents().find('two apps', 'other')).not.toHaveProperty('validAfter')
  })
})

test('a user’s consents are told without those that are withdrawn, and without others’', async () => {
  for (const [name, id] of [
    ['lists', 'a'],
    ['lists', 'b'],
    ['lists', 'c'],
    ['lists too', 'd'],
  ] as const)
    await consents().allow(name, clientId(id), ['read'], at(1))
  await consents().withdraw('lists', 'b', at(5))
  const told = (id: string) => ({ username: 'lists', clientId: id, scope: ['read'], grantedAt: at(1) })
  expect(await others().ofUser('lists')).toEqual([told('a'), told('c')])
  expect(await consents().ofUser('nobody')).toEqual([])
})
