/**
 * The vended-tokens table: GitHub tokens that may be handed out again, sealed, and leases to mint them. Key:
 * `cacheKey`.
 *
 * A key's item holds a token, a lease, or both. Each token has a version, drawn at random: a lease is taken and
 * a token put only where the version is still the one that was seen, so that one who saw nothing usable cannot
 * mint again what somebody else has just stored.
 *
 * Leases compare the clocks of two environments. Lambda's agree to milliseconds; were they seconds apart, a
 * lease would last as much longer or shorter, and a token more would be minted.
 */
import { randomUUID } from 'node:crypto'
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { writeOnce } from './conditional-write.ts'

export interface VendedToken {
  readonly cacheKey: string
  /** Encrypted: the token, and until when it may be handed out. */
  readonly sealed?: string
  readonly version?: string
  readonly leaseOwner?: string
  /** Milliseconds since 1970. */
  readonly leaseUntil?: number
  /** Epoch seconds: the item may go. */
  readonly expiresAt: number
}

export interface VendedTokenStore {
  find(cacheKey: string): Promise<VendedToken | undefined>
  /**
   * Takes the lease: of any number of calls, in any number of places, one gets it.
   *
   * @param owner a name of this attempt alone
   * @param seen the version of the token that was found, if there was one
   * @param now milliseconds since 1970
   * @returns `taken` when another's lease is live, or there is another token than the one seen
   */
  lease(cacheKey: string, owner: string, seen: string | undefined, now: number): Promise<'leased' | 'taken'>
  /**
   * Puts a token in the place of the one seen, and ends the lease whoever has it: there is no more to wait for.
   *
   * @param usableUntil epoch seconds
   * @returns `taken` when there is another token by now
   */
  put(
    cacheKey: string,
    sealed: string,
    seen: string | undefined,
    usableUntil: number,
  ): Promise<'stored' | 'taken'>
  /** Gives a lease back before its end; one that is another's by now stays. */
  release(cacheKey: string, owner: string): Promise<void>
}

const LEASE_MILLISECONDS = 10_000
/** An item that never got its token goes after an hour. */
const LEFTOVER_SECONDS = 3_600
/**
 * For one operation, retries included: a table that hangs must leave the request time to do without it. The
 * client's own limit is 2.5 s an attempt.
 */
const OPERATION_MILLISECONDS = 1_500

/** Every operation ends within 1.5 s, and throws where the table has not answered then. */
export function vendedTokenStore(db: DynamoDBDocumentClient, table: string): VendedTokenStore {
  const keyOf = (cacheKey: string) => ({ TableName: table, Key: { cacheKey } })
  const limited = () => ({ abortSignal: AbortSignal.timeout(OPERATION_MILLISECONDS) })

  return {
    async find(cacheKey) {
      // Consistently: an old view would hide the token that was waited for.
      const { Item } = await db.send(new GetCommand({ ...keyOf(cacheKey), ConsistentRead: true }), limited())
      return Item as VendedToken | undefined
    },

    async lease(cacheKey, owner, seen, now) {
      const target = keyOf(cacheKey)
      const isFree = 'attribute_not_exists(leaseUntil) OR leaseUntil <= :now'
      const outcome = await writeOnce(db, target, (attempt) =>
        db.send(
          new UpdateCommand({
            ...target,
            UpdateExpression:
              'SET leaseOwner = :owner, leaseUntil = :until, expiresAt = :expiresAt, attempt = :attempt',
            ConditionExpression: `${isSeen(seen)} AND (${isFree})`,
            ExpressionAttributeValues: {
              ...valueSeen(seen),
              ':owner': owner,
              ':now': now,
              ':until': now + LEASE_MILLISECONDS,
              ':expiresAt': Math.floor(now / 1000) + LEFTOVER_SECONDS,
              ':attempt': attempt,
            },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
          limited(),
        ),
      )
      return outcome.applied ? 'leased' : 'taken'
    },

    async put(cacheKey, sealed, seen, usableUntil) {
      const target = keyOf(cacheKey)
      const outcome = await writeOnce(db, target, (attempt) =>
        db.send(
          new UpdateCommand({
            ...target,
            UpdateExpression:
              'SET sealed = :sealed, version = :version, expiresAt = :expiresAt, attempt = :attempt ' +
              'REMOVE leaseOwner, leaseUntil',
            ConditionExpression: isSeen(seen),
            ExpressionAttributeValues: {
              ...valueSeen(seen),
              ':sealed': sealed,
              ':version': randomUUID(),
              ':expiresAt': usableUntil,
              ':attempt': attempt,
            },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
          limited(),
        ),
      )
      return outcome.applied ? 'stored' : 'taken'
    },

    async release(cacheKey, owner) {
      try {
        await db.send(
          new UpdateCommand({
            ...keyOf(cacheKey),
            UpdateExpression: 'REMOVE leaseOwner, leaseUntil',
            ConditionExpression: 'leaseOwner = :owner',
            ExpressionAttributeValues: { ':owner': owner },
          }),
          limited(),
        )
      } catch (error) {
        // Another's lease, or none: also after a first try whose answer was lost.
        if (!(error instanceof ConditionalCheckFailedException)) throw error
      }
    },
  }
}

function isSeen(seen: string | undefined): string {
  return seen === undefined ? 'attribute_not_exists(version)' : 'version = :seen'
}

function valueSeen(seen: string | undefined) {
  return seen === undefined ? {} : { ':seen': seen }
}
