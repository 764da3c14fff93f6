import { describe, expect, test } from 'vitest'
import { connectDynamoDb } from '../../../shared/stores/dynamodb.ts'
import { token, useApiTokens } from '../../support/api-tokens.ts'
import { recordCommands } from '../../support/dynamodb.ts'
import { at } from '../../support/grants.ts'
import { loopbackServer } from '../../support/loopback-server.ts'

const { connect, tableName, store, others, given } = useApiTokens()

describe('the last use', () => {
  const used = async (tokenHash: string) => (await store().find(tokenHash))?.lastUsedAt

  test('is noted at the first, and at most hourly by whatever the caller knows', async () => {
    const made = await given('used')
    await store().touch(made, at(10))
    expect(await used('used')).toBe(at(10))
    await others().touch(made, at(10 + 3600))
    expect(await used('used')).toBe(at(10))
    await others().touch(made, at(11 + 3600))
    expect(await used('used')).toBe(at(11 + 3600))
  })

  test('is not even sent within the hour, where the item tells it', async () => {
    const made = await given('busy', { lastUsedAt: at(0) })
    const connection = await connect()
    const commands = recordCommands(connection)
    await store(connection).touch(made, at(3600))
    expect(commands).toEqual([])
    await store(connection).touch(made, at(3601))
    expect([commands, await used('busy')]).toEqual([['UpdateItemCommand'], at(3601)])
  })

  test('is noted once by twenty requests at once', async () => {
    const made = await given('crowded')
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 ? store() : others()).touch(made, at(index))),
    )
    const noted = (await used('crowded')) ?? 0
    expect(noted).toBeGreaterThanOrEqual(at(0))
    await store().touch(made, at(30))
    expect(await used('crowded')).toBe(noted)
  })

  test('makes no token of what is gone, and that is no failure', async () => {
    await store().touch(token('gone'), at(10))
    expect(await store().find('gone')).toBeUndefined()
  })

  test('that cannot be written is told to the caller', async () => {
    const connection = await connect()
    connection.middlewareStack.add(
      () => () => {
        throw Object.assign(new Error('slow down'), { name: 'ThrottlingException' })
      },
      { step: 'initialize', name: 'fail' },
    )
    await expect(store(connection).touch(token('throttled'), at(10))).rejects.toThrow('slow down')
  })

  test('is given up soon where the table does not answer, since a request waits for it', async () => {
    const silent = await loopbackServer(() => new Promise(() => undefined))
    const { AWS_ENDPOINT_URL_DYNAMODB: endpoint } = process.env
    process.env.AWS_ENDPOINT_URL_DYNAMODB = silent.url
    const started = performance.now()
    await expect(store(connectDynamoDb()).touch(token('unheard'), at(10))).rejects.toMatchObject({
      name: 'AbortError',
    })
    expect(performance.now() - started).toBeLessThan(2_000)
    expect(silent.requests).toHaveLength(1)
    process.env.AWS_ENDPOINT_URL_DYNAMODB = endpoint
    await silent.close()
  })

  test('names two attributes, its key and itself, and asks for nothing back: its role may no more', async () => {
    const connection = await connect()
    let asked: object = {}
    connection.middlewareStack.add(
      (next) => (args) => {
        asked = args.input
        return next(args)
      },
      { step: 'initialize', name: 'record-input' },
    )
    await store(connection).touch(await given('modest'), at(10))
    expect(asked).toEqual({
      TableName: tableName(),
      Key: { tokenHash: 'modest' },
      UpdateExpression: 'SET #lastUsedAt = :now',
      ConditionExpression:
        'attribute_exists(#tokenHash) AND (attribute_not_exists(#lastUsedAt) OR #lastUsedAt < :anHourAgo)',
      ExpressionAttributeNames: { '#tokenHash': 'tokenHash', '#lastUsedAt': 'lastUsedAt' },
      ExpressionAttributeValues: { ':now': at(10), ':anHourAgo': at(10 - 3600) },
    })
  })
})
