import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb'
import { beforeAll, describe, expect, test } from 'vitest'
import { epochSeconds } from '../../../shared/protocol/brands.ts'
import { rateLimitStore } from '../../../shared/stores/rate-limits.ts'
import { useEngine } from '../../support/dynamodb.ts'

const { connect, tableName } = useEngine()
let db: DynamoDBDocumentClient
let other: DynamoDBDocumentClient
beforeAll(async () => {
  db = await connect()
  other = await connect()
})
const limits = () => rateLimitStore(db, tableName('rateLimits'))
const others = () => rateLimitStore(other, tableName('rateLimits'))

/** A whole minute, 2023-11-14T22:13:00Z. */
const minute = 1_699_999_980
const at = epochSeconds

describe('a window', () => {
  test.each([
    { what: 'begins with the whole minute', now: minute, end: minute + 60 },
    { what: 'ends before the next', now: minute + 59, end: minute + 60 },
    { what: 'is followed by another', now: minute + 60, end: minute + 120 },
  ])('$what', async ({ what, now, end }) => {
    expect(await limits().count(what, at(now))).toEqual({ requests: 1, end })
  })

  test('counts each request of one subject, whoever counts it', async () => {
    const counted = [
      await limits().count('a', at(minute)),
      await others().count('a', at(minute + 30)),
      await limits().count('a', at(minute + 59)),
      await others().count('a', at(minute + 60)),
      await limits().count('b', at(minute)),
    ]
    expect(counted.map(({ requests }) => requests)).toEqual([1, 2, 3, 1, 1])
  })

  test('gives every one of fifty requests at once a number of its own, so that a limit is exact', async () => {
    const counted = await Promise.all(
      Array.from({ length: 50 }, (_, index) => (index % 2 ? limits() : others()).count('many', at(minute))),
    )
    const numbers = counted.map(({ requests }) => requests).sort((left, right) => left - right)
    expect(numbers).toEqual(Array.from({ length: 50 }, (_, index) => index + 1))
  })

  test('is kept for 25 hours from its start', async () => {
    await limits().count('kept', at(minute + 17))
    await limits().count('kept', at(minute + 42))
    const { Item } = await db.send(
      new GetCommand({ TableName: tableName('rateLimits'), Key: { subject: 'kept', windowStart: minute } }),
    )
    expect(Item).toEqual({ subject: 'kept', windowStart: minute, requests: 2, expiresAt: minute + 90_000 })
  })
})
