/**
 * Sign-in attempts, in the rate-limits table: one counter a key and window. Key: `subject`, `windowStart`.
 *
 * An attempt is counted before the password is looked at and taken back when it was right: of many guesses at
 * once none slips through, and only failures stay.
 */
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { after, type EpochSeconds, epochSeconds, type Seconds } from '../protocol/brands.ts'
import { writeOnce } from './conditional-write.ts'

export interface CountedAttempt {
  readonly key: string
  /** Attempts in this window that have failed or are still open, this one included. */
  readonly attempts: number
  readonly windowStart: EpochSeconds
  readonly windowEnd: EpochSeconds
}

export interface SignInAttempts {
  count(key: string, now: EpochSeconds, window: Seconds): Promise<CountedAttempt>
  /** Takes an attempt back that was a success. */
  takeBack(attempt: CountedAttempt): Promise<void>
}

export function signInAttempts(db: DynamoDBDocumentClient, table: string): SignInAttempts {
  const target = (key: string, windowStart: EpochSeconds) => ({
    TableName: table,
    Key: { subject: `sign-in:${key}`, windowStart },
  })
  return {
    async count(key, now, window) {
      const windowStart = epochSeconds(now - (now % window))
      const windowEnd = after(windowStart, window)
      // A retry after a lost answer counts twice, which errs on the side of the limit.
      const { Attributes } = await db.send(
        new UpdateCommand({
          ...target(key, windowStart),
          UpdateExpression: 'ADD attempts :one SET expiresAt = :expiresAt',
          ExpressionAttributeValues: { ':one': 1, ':expiresAt': windowEnd },
          ReturnValues: 'UPDATED_NEW',
        }),
      )
      return { key, attempts: Number(Attributes?.attempts), windowStart, windowEnd }
    },

    async takeBack({ key, windowStart, windowEnd }) {
      // A retry after a lost answer changes nothing, or it would make a present of another guess.
      await writeOnce(db, target(key, windowStart), (attempt) =>
        db.send(
          new UpdateCommand({
            ...target(key, windowStart),
            UpdateExpression: 'ADD attempts :minusOne SET attempt = :attempt, expiresAt = :expiresAt',
            ConditionExpression: 'attribute_not_exists(attempt) OR attempt <> :attempt',
            ExpressionAttributeValues: { ':minusOne': -1, ':attempt': attempt, ':expiresAt': windowEnd },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        ),
      )
    },
  }
}
