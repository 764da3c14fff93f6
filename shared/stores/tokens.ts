/**
 * The tokens table: opaque access tokens and API tokens by their SHA-256, and JWTs that were denied by their
 * `jti`. Key: `tokenHash`; index `byAccount`, which lists API tokens alone: nothing else here has an `account`.
 */
import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { RevocationReason, StoredApiToken } from '../protocol/api-token.ts'
import { after, type ClientId, type EpochSeconds, seconds } from '../protocol/brands.ts'
import { denialKey } from '../protocol/denial-key.ts'
import { createItem, type Item } from './conditional-write.ts'

export type { StoredApiToken }

/** An opaque access token at rest. Its owner is found through its client. */
export interface StoredAccessToken {
  readonly tokenHash: string
  readonly kind: 'access_token'
  readonly clientId: ClientId
  readonly subject: string
  readonly username?: string
  readonly audience: string
  readonly scope: readonly string[]
  readonly gid: string
  readonly generation: number
  readonly issuedAt: EpochSeconds
  /** Never, where it is left out; of a revoked token, when its record may go. */
  readonly expiresAt?: EpochSeconds
  readonly revokedAt?: EpochSeconds
  readonly revokedBecause?: RevocationReason
}

/** What a token is, is stored (`kind`), and never inferred from how the token looks. */
export type StoredToken = StoredAccessToken | StoredApiToken
export type TokenKind = StoredToken['kind']

export interface TokenStore {
  create(token: StoredToken): Promise<void>
  find(tokenHash: string): Promise<StoredToken | undefined>
  /** Ends an opaque token that exists; the first time stands, and its reason with it. */
  revoke(tokenHash: string, now: EpochSeconds, because?: RevocationReason): Promise<void>
  /** Denies a JWT until it would have expired anyway. */
  deny(jti: string, expiresAt: EpochSeconds): Promise<void>
}

/**
 * When TTL may remove a token whose owner should read why it was revoked, whenever it would have ended itself: it
 * opens nothing either way.
 */
export const keptAfterRevocation = (now: EpochSeconds): EpochSeconds => after(now, seconds(90 * 86_400))

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
      return toStoredToken(Item)
    },

    async revoke(tokenHash, now, because = 'revoked') {
      // Who ends a token itself has nothing to read.
      const keptUntil = because === 'revoked' ? 'if_not_exists(expiresAt, :keptUntil)' : ':keptUntil'
      await db.send(
        // No other attribute may be named, and none be asked for: the roles that end tokens are held to these.
        new UpdateCommand({
          TableName: table,
          Key: { tokenHash },
          UpdateExpression:
            'SET revokedAt = if_not_exists(revokedAt, :now), ' +
            'revokedBecause = if_not_exists(revokedBecause, :because), ' +
            `expiresAt = ${keptUntil}`,
          ConditionExpression: 'attribute_exists(tokenHash)',
          ExpressionAttributeValues: {
            ':now': now,
            ':because': because,
            ':keptUntil': keptAfterRevocation(now),
          },
        }),
      )
    },

    async deny(jti, expiresAt) {
      await db.send(new PutCommand({ TableName: table, Item: { tokenHash: denialKey(jti), expiresAt } }))
    },
  }
}

/** Whether a token was neither revoked nor has expired. */
export function isLive(
  { revokedAt, expiresAt }: Pick<StoredToken, 'revokedAt' | 'expiresAt'>,
  now: EpochSeconds,
): boolean {
  return revokedAt === undefined && (expiresAt === undefined || expiresAt > now)
}

/** An item without what only its writes need. */
export function toStoredToken(item: Item | undefined): StoredToken | undefined {
  if (item === undefined) return undefined
  const { attempt: _, ...token } = item
  return token as unknown as StoredToken
}
