/** The consents table: what a user has allowed a client. Key: `username`, `clientId`. */
import { type DynamoDBDocumentClient, GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { ClientId, EpochSeconds } from '../protocol/brands.ts'

export interface Consent {
  readonly username: string
  readonly clientId: ClientId
  /** All that the user has allowed the client so far. */
  readonly scope: readonly string[]
  readonly grantedAt: EpochSeconds
  /** Whatever was granted up to this moment was withdrawn. */
  readonly validAfter?: EpochSeconds
}

export interface ConsentStore {
  find(username: string, clientId: string): Promise<Consent | undefined>
  /** Adds to what the user has allowed; two answers at once both count. */
  allow(username: string, clientId: ClientId, scope: readonly string[], now: EpochSeconds): Promise<void>
  /** Takes all of it back, and with it whatever was issued on it up to `now`. */
  withdraw(username: string, clientId: string, now: EpochSeconds): Promise<void>
  /** Ends whatever was issued on it up to `now`; what the user has allowed stays allowed. */
  invalidate(username: string, clientId: string, now: EpochSeconds): Promise<void>
  ofUser(username: string): Promise<Consent[]>
}

export function consentStore(db: DynamoDBDocumentClient, table: string): ConsentStore {
  const keyOf = (username: string, clientId: string) => ({ TableName: table, Key: { username, clientId } })
  return {
    async find(username, clientId) {
      const { Item } = await db.send(new GetCommand({ ...keyOf(username, clientId), ConsistentRead: true }))
      return Item ? toConsent(Item) : undefined
    },

    async allow(username, clientId, scope, now) {
      await db.send(
        new UpdateCommand({
          ...keyOf(username, clientId),
          // A set, since adding to one is atomic. A string set may not be empty, and a consent to nothing is none.
          UpdateExpression: 'SET grantedAt = :now ADD #scope :scope',
          ExpressionAttributeNames: { '#scope': 'scope' },
          ExpressionAttributeValues: { ':now': now, ':scope': new Set(scope) },
        }),
      )
    },

    async withdraw(username, clientId, now) {
      await db.send(
        new UpdateCommand({
          ...keyOf(username, clientId),
          UpdateExpression: 'SET validAfter = :now REMOVE #scope',
          ExpressionAttributeNames: { '#scope': 'scope' },
          ExpressionAttributeValues: { ':now': now },
        }),
      )
    },

    async invalidate(username, clientId, now) {
      await db.send(
        new UpdateCommand({
          ...keyOf(username, clientId),
          UpdateExpression: 'SET validAfter = :now',
          ExpressionAttributeValues: { ':now': now },
        }),
      )
    },

    async ofUser(username) {
      // One page of 1 MB is some thousand consents; nobody has so many.
      const { Items = [] } = await db.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'username = :username',
          ExpressionAttributeValues: { ':username': username },
          ConsistentRead: true,
        }),
      )
      return Items.map(toConsent).filter(({ scope }) => scope.length > 0)
    },
  }
}

function toConsent(item: Record<string, unknown>): Consent {
  const scope = item.scope instanceof Set ? [...(item.scope as Set<string>)].sort() : []
  return { ...item, scope } as unknown as Consent
}
