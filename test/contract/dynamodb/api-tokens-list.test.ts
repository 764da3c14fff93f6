import { type BatchGetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, test } from 'vitest'
import { useApiTokens } from '../../support/api-tokens.ts'
import { recordCommands } from '../../support/dynamodb.ts'
import { at, storedToken } from '../../support/grants.ts'

const { connect, tableName, store, others, table, given } = useApiTokens()

describe('the list of an account', () => {
  test('has all of its tokens and no other, newest first, those that ended included', async () => {
    const account = 'lister'
    const oldest = await given('oldest', { account, issuedAt: at(-20), expiresAt: at(-10) })
    const newest = await given('newest', { account, issuedAt: at(3) })
    const ended = { revokedAt: at(2), revokedBecause: 'leaked', lastUsedAt: at(1) }
    const leaked = await given('leaked', { account, ...ended })
    await given('not theirs', { account: 'lister2' })
    await table().create(storedToken({ tokenHash: 'access', subject: account }))
    expect(await others().list(account)).toEqual([newest, leaked, oldest])
    expect(await others().list('nobody')).toEqual([])
  })

  test('is whole beyond what one answer holds: 230 tokens in three batches', async () => {
    const account = 'prolific'
    const hashes = Array.from({ length: 230 }, (_, index) => `many ${String(index).padStart(3, '0')}`)
    await Promise.all(
      hashes.map((tokenHash, index) => given(tokenHash, { account, issuedAt: at(Math.floor(index / 10)) })),
    )
    const connection = await connect()
    const commands = recordCommands(connection)
    const listed = await store(connection).list(account)
    expect(listed.map(({ tokenHash }) => tokenHash).toSorted()).toEqual(hashes)
    expect(listed.map(({ issuedAt }) => issuedAt)).toEqual(
      listed.map(({ issuedAt }) => issuedAt).toSorted((left, right) => right - left),
    )
    expect(commands).toEqual(['QueryCommand', ...Array(3).fill('BatchGetItemCommand')])
  })

  test('is read consistently, past an index that is sparse: an access token is not in it', async () => {
    const account = 'consistent'
    await given('consistent', { account })
    const connection = await connect()
    const asked: unknown[] = []
    connection.middlewareStack.add(
      (next) => (args) => {
        asked.push((args.input as BatchGetCommand['input']).RequestItems)
        return next(args)
      },
      { step: 'initialize', name: 'record-input' },
    )
    await store(connection).list(account)
    expect(asked.at(-1)).toEqual({
      [tableName()]: { Keys: [{ tokenHash: 'consistent' }], ConsistentRead: true },
    })
    const { Items } = await (await connect()).send(
      new QueryCommand({
        TableName: tableName(),
        IndexName: 'byAccount',
        KeyConditionExpression: 'account = :account',
        ExpressionAttributeValues: { ':account': account },
      }),
    )
    expect(Items).toEqual([{ account, tokenHash: 'consistent' }])
  })

  /** A connection whose batches leave all keys but the first unread, so many times. */
  async function throttled(times: number) {
    const connection = await connect()
    let left = times
    connection.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const result = await next(args)
          const { RequestItems = {} } = args.input as BatchGetCommand['input']
          if (commandName !== 'BatchGetItemCommand' || left === 0) return result
          left -= 1
          const name = tableName()
          const [first, ...unread] = RequestItems[name]?.Keys ?? []
          const output = result.output as unknown as { Responses: Record<string, { tokenHash: string }[]> }
          const read = (output.Responses[name] ?? []).filter(
            ({ tokenHash }) => tokenHash === first?.tokenHash,
          )
          Object.assign(output, {
            Responses: { [name]: read },
            UnprocessedKeys: unread.length === 0 ? {} : { [name]: { Keys: unread, ConsistentRead: true } },
          })
          return result
        },
      { step: 'initialize', name: 'throttle-a-part' },
    )
    return connection
  }

  test('is asked for again where DynamoDB left a part unread', async () => {
    const account = 'patient'
    for (const name of ['p1', 'p2', 'p3']) await given(name, { account })
    const listed = await store(await throttled(2)).list(account)
    expect(listed.map(({ tokenHash }) => tokenHash)).toEqual(['p1', 'p2', 'p3'])
  })

  test('is not told with gaps: after five attempts it fails as something that passes', async () => {
    const account = 'throttled'
    await Promise.all(Array.from({ length: 9 }, (_, index) => given(`throttled ${index}`, { account })))
    await expect(store(await throttled(9)).list(account)).rejects.toMatchObject({
      name: 'ThrottlingException',
      message: 'DynamoDB left a part of a batch unread',
    })
  })
})
