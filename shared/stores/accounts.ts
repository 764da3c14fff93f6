/** The accounts table: who owns clients and tokens, and on which rate tier. Key: `accountId`. */
import { randomUUID } from 'node:crypto'
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { type DynamoDBDocumentClient, GetCommand, paginateScan, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { EpochSeconds } from '../protocol/brands.ts'
import { createItem } from './conditional-write.ts'

export interface Account {
  readonly accountId: string
  /** A tier of the configuration; the default tier where it names none, or one that is no more. */
  readonly tier?: string
  /** The account's own API key, once API Gateway knows it everywhere. */
  readonly apiKey?: AccountKey
}

/** A key in the usage plan of a tier. It is no credential: API Gateway takes it from the authorizer alone. */
export interface AccountKey {
  /** API Gateway's name for it. */
  readonly id: string
  readonly value: string
  readonly tier: string
}

export interface KeyInPlan extends AccountKey {
  /** Id of the usage plan. */
  readonly plan: string
}

/** A key that is being made. What it is to be rests here before API Gateway is asked for it. */
export interface NextKey extends Omit<KeyInPlan, 'id'> {
  /** Once API Gateway has made it. */
  readonly id?: string
  /** When it was in its plan for certain. */
  readonly madeAt?: EpochSeconds
}

/** A key that nobody uses any more, until it is deleted. */
export interface FormerKey {
  readonly id: string
  readonly retiredAt: EpochSeconds
}

/** Every API key that an account has or may have. */
export interface AccountKeys {
  readonly apiKey?: KeyInPlan
  readonly nextKey?: NextKey
  readonly formerKeys?: readonly FormerKey[]
}

/** An account with all its keys, as one moment knew it. */
export interface KeyedAccount extends Omit<Account, 'apiKey'>, AccountKeys {
  /** Of the write that made the item what it is. */
  readonly attempt?: string
}

export interface AccountReader {
  find(accountId: string): Promise<Account | undefined>
}

export interface AccountStore extends AccountReader {
  /** Opens an account; `exists` when the id is taken, and nothing is written then. */
  create(account: Account): Promise<'created' | 'exists'>
  /** Moves an account to another tier; its API key follows by itself. Nothing is written where there is none. */
  setTier(accountId: string, tier: string): Promise<'set' | 'unknown'>
}

export interface AccountKeyStore {
  /** Every account as it is now; a read of each of the table's pages. */
  all(): AsyncIterable<KeyedAccount>
  /**
   * Replaces an account's keys, unless the item was written since it was read.
   *
   * A write whose answer was lost may be told as not made, since its own echo fails: who comes next reads what
   * was written.
   *
   * @param seen the account as it was read
   * @returns the account as it is now, or nothing when the write was not made
   */
  saveKeys(seen: KeyedAccount, keys: AccountKeys): Promise<KeyedAccount | undefined>
}

/** Accounts for all who ask whose a client or token is. */
export function accountStore(db: DynamoDBDocumentClient, table: string): AccountStore {
  return {
    async find(accountId) {
      const { Item } = await db.send(new GetCommand({ TableName: table, Key: { accountId } }))
      return Item as Account | undefined
    },

    create: (account) => createItem(db, table, 'accountId', account),

    async setTier(accountId, tier) {
      try {
        await db.send(
          new UpdateCommand({
            TableName: table,
            Key: { accountId },
            // What was read before knew another tier, so that no keys are saved for that one (`saveKeys`).
            UpdateExpression: 'SET tier = :tier, attempt = :attempt',
            ConditionExpression: 'attribute_exists(accountId)',
            ExpressionAttributeValues: { ':tier': tier, ':attempt': randomUUID() },
          }),
        )
        return 'set'
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return 'unknown'
        throw error
      }
    },
  }
}

/** Accounts for the one function that moves their API keys, and may scan the table. */
export function accountKeyStore(db: DynamoDBDocumentClient, table: string): AccountKeyStore {
  return {
    async *all() {
      const pages = paginateScan(
        { client: db },
        {
          TableName: table,
          ProjectionExpression: 'accountId, tier, apiKey, nextKey, formerKeys, attempt',
          // A step rests on what the steps before it have written.
          ConsistentRead: true,
        },
      )
      for await (const { Items = [] } of pages) yield* Items as KeyedAccount[]
    },

    async saveKeys({ accountId, tier, attempt: seen }, keys) {
      const attempt = randomUUID()
      const { apiKey, nextKey, formerKeys } = keys
      const all = Object.entries({ apiKey, nextKey, formerKeys })
      const there = all.filter(([, value]) => value !== undefined)
      const gone = all.flatMap(([name, value]) => (value === undefined ? [name] : []))
      const sets = ['attempt = :attempt', ...there.map(([name]) => `${name} = :${name}`)].join(', ')
      try {
        await db.send(
          new UpdateCommand({
            TableName: table,
            Key: { accountId },
            UpdateExpression: `SET ${sets}${gone.length > 0 ? ` REMOVE ${gone.join(', ')}` : ''}`,
            ConditionExpression: `attribute_exists(accountId) AND ${
              seen === undefined ? 'attribute_not_exists(attempt)' : 'attempt = :seen'
            }`,
            ExpressionAttributeValues: {
              ...Object.fromEntries(there.map(([name, value]) => [`:${name}`, value])),
              ':attempt': attempt,
              ...(seen === undefined ? {} : { ':seen': seen }),
            },
          }),
        )
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return undefined
        throw error
      }
      return { accountId, ...(tier === undefined ? {} : { tier }), ...keys, attempt }
    },
  }
}
