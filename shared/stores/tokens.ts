/**
 * The tokens table: opaque tokens by their SHA-256, and JWTs that were denied by their `jti`. Key: `tokenHash`;
 * index `byAccount`.
 */
import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { ClientId, EpochSeconds } from '../protocol/brands.ts'
import { createItem } from './conditional-write.ts'

/** What a token is. It is stored, and never inferred from how the token looks. */
export type TokenKind = 'access_token' | 'api_token'

/** An opaque token at rest. */
export interface StoredToken {
  readonly tokenHash: string
  readonly kind: TokenKind
  readonly clientId: ClientId
  readonly subject: string
  readonly username?: string
  readonly account?: string
  readonly audience: string
  readonly scope: readonly string[]
  readonly gid: string
  readonly generation: number
  readonly issuedAt: EpochSeconds
  /** Never, where it is left out. */
  readonly expiresAt?: EpochSeconds
  readonly revokedAt?: EpochSeconds
}

export interface TokenStore {
  create(token: StoredToken): Promise<void>
  find(tokenHash: string): Promise<StoredToken | undefined>
  /** Ends an opaque token that exists; the first time stands. */
  revoke(tokenHash: string, now: EpochSeconds): Promise<void>
  /** Denies a JWT until it would have expired anyway. */
  deny(jti: string, expiresAt: EpochSeconds): Promise<void>
}

/** The key of a denied JWT; no SHA-256 in base64url has a colon. */
export const denialKey = (jti: string): string => `jti:${jti}`

export function tokenStore(db: DynamoDBDocumentClient, table: string): TokenStore {
  return {
    async create(token) {
      const outcome = await createItem(db, table, 'tokenHash', token)
      if (outcome === 'exists') throw new Error('a token was drawn twice')
    },

    async find(tokenHash) {
      const { Item } = await db.send(
        new GetCommand({ TableName: table, Key: { tokenHash }, ConsistentRead: true }),
      )
      return Item as StoredToken | undefined
    },

    async revoke(tokenHash, now) {
      await db.send(
        new UpdateCommand({
          TableName: table,
          Key: { tokenHash },
          UpdateExpression: 'SET revokedAt = if_not_exists(revokedAt, :now)',
          ConditionExpression: 'attribute_exists(tokenHash)',
          ExpressionAttributeValues: { ':now': now },
        }),
      )
    },

    async deny(jti, expiresAt) {
      await db.send(new PutCommand({ TableName: table, Item: { tokenHash: denialKey(jti), expiresAt } }))
    },
  }
}
