/** The rate-limits table: one counter a subject and minute. Key: `subject`, `windowStart`. */
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { after, type EpochSeconds, epochSeconds, seconds } from '../protocol/brands.ts'

/** The length of a window; limits are told in requests a minute. */
export const WINDOW = seconds(60)
/** Counters are kept for the usage chart: a day, and an hour to read it. */
const KEPT = seconds(25 * 3600)

/** One window after a request was counted in it. */
export interface CountedWindow {
  /** Requests counted so far, this one included. */
  readonly requests: number
  readonly end: EpochSeconds
}

export interface RateLimitStore {
  /** Counts one request of `subject`. */
  count(subject: string, now: EpochSeconds): Promise<CountedWindow>
}

/** Counters that are exact: each request is one atomic write. */
export function rateLimitStore(db: DynamoDBDocumentClient, table: string): RateLimitStore {
  return {
    async count(subject, now) {
      const windowStart = epochSeconds(now - (now % WINDOW))
      // ADD is atomic: concurrent requests each see a number of their own, so a limit is exact. A retry after
      // a lost answer counts twice, which errs on the side of the limit.
      const { Attributes } = await db.send(
        new UpdateCommand({
          TableName: table,
          Key: { subject, windowStart },
          UpdateExpression: 'ADD #requests :one SET #expiresAt = :expiresAt',
          ExpressionAttributeNames: {
            '#requests': 'requests',
            '#expiresAt': 'expiresAt',
          },
          ExpressionAttributeValues: {
            ':one': 1,
            ':expiresAt': after(windowStart, KEPT),
          },
          ReturnValues: 'UPDATED_NEW',
        }),
      )
      return {
        requests: Number(Attributes?.requests),
        end: after(windowStart, WINDOW),
      }
    },
  }
}
