import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb'
import { beforeAll, describe, expect, test } from 'vitest'
import { epochSeconds, seconds } from '../../../shared/protocol/brands.ts'
import { rateLimitStore } from '../../../shared/stores/rate-limits.ts'
import { signInAttempts } from '../../../shared/stores/sign-in-attempts.ts'
import { useEngine } from '../../support/dynamodb.ts'

const { connect, tableName } = useEngine()
let db: DynamoDBDocumentClient
let other: DynamoDBDocumentClient
beforeAll(async () => {
  db = await connect()
  other = await connect()
})
const attempts = () => signInAttempts(db, tableName('rateLimits'))
const others = () => signInAttempts(other, tableName('rateLimits'))
const window = seconds(900)
/** 2023-11-14T22:00:00Z, the start of a quarter of an hour. */
const start = 1_699_999_200
const at = (offset: number) => epochSeconds(start + offset)
const numbers = (count: number, from = 1) => Array.from({ length: count }, (_, index) => index + from)

describe('sign-in attempts', () => {
  test('are counted for each key and window, whoever counts', async () => {
    const counted = [
      await attempts().count('a', at(0), window),
      await others().count('a', at(899), window),
      await attempts().count('b', at(10), window),
      await attempts().count('a', at(900), window),
    ]
    const told = (key: string, made: number, from: number) => ({
      key,
      attempts: made,
      windowStart: at(from),
      windowEnd: at(from + 900),
    })
    expect(counted).toEqual([told('a', 1, 0), told('a', 2, 0), told('b', 1, 0), told('a', 1, 900)])
  })

  test('at once each get a number of their own, so that a limit is exact', async () => {
    const counted = await Promise.all(
      numbers(50).map((index) => (index % 2 ? attempts() : others()).count('many', at(1), window)),
    )
    expect(counted.map((it) => it.attempts).toSorted((left, right) => left - right)).toEqual(numbers(50))
  })

  test('that were right are taken back, and only failures stay', async () => {
    const first = await attempts().count('mixed', at(1), window)
    await attempts().count('mixed', at(2), window)
    await others().takeBack(first)
    expect((await attempts().count('mixed', at(3), window)).attempts).toBe(2)
  })

  test('at once with others that are taken back leave exactly the failures', async () => {
    await Promise.all(
      numbers(20).map(async (index) => {
        const store = index % 2 ? attempts() : others()
        const counted = await store.count('rush', at(1), window)
        if (index > 7) await store.takeBack(counted)
      }),
    )
    expect((await attempts().count('rush', at(2), window)).attempts).toBe(8)
  })

  test('taken back late are taken from the window that they were counted in', async () => {
    const counted = await attempts().count('late', at(899), window)
    await attempts().count('late', at(900), window)
    await attempts().takeBack(counted)
    expect([
      (await attempts().count('late', at(899), window)).attempts,
      (await attempts().count('late', at(901), window)).attempts,
    ]).toEqual([1, 2])
  })

  test('rest until their window ends, apart from the counters of requests', async () => {
    await attempts().count('user:x', at(1), window)
    await rateLimitStore(db, tableName('rateLimits')).count('user:x', at(1))
    const read = (subject: string) =>
      db.send(new GetCommand({ TableName: tableName('rateLimits'), Key: { subject, windowStart: start } }))
    expect((await read('sign-in:user:x')).Item).toEqual({
      subject: 'sign-in:user:x',
      windowStart: start,
      attempts: 1,
      expiresAt: start + 900,
    })
    expect((await read('user:x')).Item).toMatchObject({ requests: 1 })
  })
})
