/**
 * The grants table: what a user, or a client for itself, has allowed. Key: `gid`; index `bySubject`.
 *
 * Creating and revoking are both `UpdateItem SET`, and creating never touches `revokedAt`: a revocation that
 * came first stands. Items `client:<id>` revoke all that a client has been given so far.
 */
import { type DynamoDBDocumentClient, GetCommand, paginateQuery, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { ClientId, EpochSeconds } from '../protocol/brands.ts'
import type { GrantType } from '../protocol/grant-types.ts'
import { type Item, writeOnce } from './conditional-write.ts'

export interface Grant {
  readonly gid: string
  readonly clientId: ClientId
  /** `sub` of its tokens. */
  readonly subject: string
  /** The user's name, where a user is involved. */
  readonly username?: string
  readonly scope: readonly string[]
  /** How it began. */
  readonly grantType: GrantType
  /** OpenID Connect: when the user signed in. */
  readonly authTime?: EpochSeconds
  /** Refresh tokens: which one is current, and SHA-256 of its body and of the one before. */
  readonly generation: number
  readonly currentHash?: string
  readonly previousHash?: string
  readonly rotatedAt?: EpochSeconds
  /** When its refresh tokens end. */
  readonly refreshExpiresAt?: EpochSeconds
  readonly createdAt: EpochSeconds
  /** When the last of its tokens ends, and the item may go; never, where tokens never expire. */
  readonly expiresAt?: EpochSeconds
  readonly revokedAt?: EpochSeconds
}

export type NewGrant = Omit<Grant, 'previousHash' | 'rotatedAt' | 'revokedAt'>

/** One step of the chain: from the token that was shown to its successor. */
export interface Rotation {
  readonly gid: string
  readonly fromGeneration: number
  readonly fromHash: string
  readonly toHash: string
  readonly now: EpochSeconds
  /** The new end of its refresh tokens; the old one again, where it is fixed. */
  readonly refreshExpiresAt: EpochSeconds
  /** When the item may go; never, where it is left out. */
  readonly expiresAt?: EpochSeconds
}

/** The rotation was made, or the grant as it was found instead (nothing, if there is none). */
export type RotationOutcome =
  | { readonly rotated: true }
  | { readonly rotated: false; readonly found: Grant | undefined }

export interface GrantStore {
  create(grant: NewGrant): Promise<void>
  find(gid: string): Promise<Grant | undefined>
  /** Makes a token's successor current: of any number of calls, exactly one is `rotated`. */
  rotate(rotation: Rotation): Promise<RotationOutcome>
  /** Ends a grant, whether it exists yet or not; the first time stands. */
  revoke(gid: string, now: EpochSeconds, expiresAt: EpochSeconds): Promise<void>
  /** All grants of a subject that have not been revoked; one of the last moments may not be listed yet. */
  ofSubject(subject: string): Promise<Grant[]>
}

export function grantStore(db: DynamoDBDocumentClient, table: string): GrantStore {
  const keyOf = (gid: string) => ({ TableName: table, Key: { gid } })

  async function find(gid: string): Promise<Grant | undefined> {
    const { Item } = await db.send(new GetCommand({ ...keyOf(gid), ConsistentRead: true }))
    return toGrant(Item)
  }

  return {
    async create({ gid, ...values }) {
      const entries = Object.entries(values).filter(([, value]) => value !== undefined)
      const target = keyOf(gid)
      const outcome = await writeOnce(db, target, (attempt) =>
        db.send(
          new UpdateCommand({
            ...target,
            UpdateExpression: `SET attempt = :attempt, ${entries.map(([name]) => `#${name} = :${name}`).join(', ')}`,
            // A revocation alone has no client. A grant is begun once: a late echo of this write, after a
            // rotation, would put an old token back in its place.
            ConditionExpression: 'attribute_not_exists(clientId)',
            ExpressionAttributeNames: Object.fromEntries(entries.map(([name]) => [`#${name}`, name])),
            ExpressionAttributeValues: {
              ':attempt': attempt,
              ...Object.fromEntries(entries.map(([name, value]) => [`:${name}`, value])),
            },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        ),
      )
      if (!outcome.applied) throw new Error('a grant was begun twice')
    },

    find,

    async rotate({ gid, fromGeneration, fromHash, toHash, now, refreshExpiresAt, expiresAt }) {
      const isCurrent = 'generation = :from AND currentHash = :fromHash'
      const isAlive = 'attribute_not_exists(revokedAt) AND refreshExpiresAt > :now'
      const keptUntil = expiresAt === undefined ? ' REMOVE expiresAt' : ', expiresAt = :expiresAt'
      const outcome = await writeOnce(db, keyOf(gid), (attempt) =>
        db.send(
          new UpdateCommand({
            ...keyOf(gid),
            UpdateExpression:
              'SET generation = :to, currentHash = :toHash, previousHash = :fromHash, ' +
              `rotatedAt = :now, refreshExpiresAt = :refreshExpiresAt, attempt = :attempt${keptUntil}`,
            ConditionExpression: `${isCurrent} AND ${isAlive}`,
            ExpressionAttributeValues: {
              ':from': fromGeneration,
              ':to': fromGeneration + 1,
              ':fromHash': fromHash,
              ':toHash': toHash,
              ':now': now,
              ':attempt': attempt,
              ':refreshExpiresAt': refreshExpiresAt,
              ...(expiresAt === undefined ? {} : { ':expiresAt': expiresAt }),
            },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        ),
      )
      return outcome.applied ? { rotated: true } : { rotated: false, found: toGrant(outcome.found) }
    },

    async revoke(gid, now, expiresAt) {
      await db.send(
        new UpdateCommand({
          ...keyOf(gid),
          // A grant that does not exist yet must not be created without its end, or TTL would never clean up.
          UpdateExpression:
            'SET revokedAt = if_not_exists(revokedAt, :now), expiresAt = if_not_exists(expiresAt, :expiresAt)',
          ExpressionAttributeValues: { ':now': now, ':expiresAt': expiresAt },
        }),
      )
    },

    async ofSubject(subject) {
      // The index holds keys alone; and it may lag, while the grants themselves are read as they are.
      const pages = paginateQuery(
        { client: db },
        {
          TableName: table,
          IndexName: 'bySubject',
          KeyConditionExpression: 'subject = :subject',
          ExpressionAttributeValues: { ':subject': subject },
        },
      )
      const grants: Grant[] = []
      for await (const { Items = [] } of pages) {
        const found = await Promise.all(Items.map(({ gid }) => find(String(gid))))
        grants.push(...found.filter((grant) => grant !== undefined))
      }
      return grants.filter(({ revokedAt }) => revokedAt === undefined)
    },
  }
}

/** An item without what only its writes need. */
export function toGrant(item: Item | undefined): Grant | undefined {
  if (item === undefined) return undefined
  const { attempt: _, ...grant } = item
  return grant as unknown as Grant
}
