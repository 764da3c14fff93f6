/**
 * The authorization-codes table: codes that wait for their exchange. Key: `codeHash`.
 *
 * A code stays until it expires, also after its use, so that a second use is seen (RFC 6749 §4.1.2).
 */
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { ClientId, EpochSeconds } from '../protocol/brands.ts'
import { createItem, writeOnce } from './conditional-write.ts'

/** What an authorization was given for, and what its exchange has to prove. */
export interface AuthorizationCode {
  readonly codeHash: string
  readonly clientId: ClientId
  /** The request's `redirect_uri`, where it had one: the exchange must repeat it (RFC 6749 §4.1.3). */
  readonly redirectUri?: string
  /** PKCE, method S256 (RFC 7636 §4.3). */
  readonly codeChallenge?: string
  readonly username: string
  /** `sub` of the tokens to come. */
  readonly subject: string
  readonly scope: readonly string[]
  readonly requestedScope?: readonly string[]
  /** OpenID Connect: `nonce`, and when the user signed in. */
  readonly nonce?: string
  readonly authTime: EpochSeconds
  /** Base64url of the grant id that the exchange will use: known before, so that a replay can revoke it. */
  readonly grantId: string
  readonly issuedAt: EpochSeconds
  readonly expiresAt: EpochSeconds
}

/** Why a code was not consumed: it was before, it is too late, or it was never one. */
export type CodeOutcome = 'consumed' | 'replayed' | 'expired' | 'unknown'

export interface AuthorizationCodeStore {
  create(code: AuthorizationCode): Promise<void>
  find(codeHash: string): Promise<AuthorizationCode | undefined>
  /** Consumes a code: of any number of calls, in any number of places, exactly one gets `consumed`. */
  consume(codeHash: string, now: EpochSeconds): Promise<CodeOutcome>
}

export function authorizationCodeStore(db: DynamoDBDocumentClient, table: string): AuthorizationCodeStore {
  return {
    async create(code) {
      const outcome = await createItem(db, table, 'codeHash', code)
      if (outcome === 'exists') throw new Error('an authorization code was drawn twice')
    },

    async find(codeHash) {
      const { Item } = await db.send(
        new GetCommand({ TableName: table, Key: { codeHash }, ConsistentRead: true }),
      )
      return Item as AuthorizationCode | undefined
    },

    async consume(codeHash, now) {
      const target = { TableName: table, Key: { codeHash } }
      const isPending = 'attribute_exists(codeHash) AND attribute_not_exists(consumedAt)'
      const outcome = await writeOnce(db, target, (attempt) =>
        db.send(
          new UpdateCommand({
            ...target,
            UpdateExpression: 'SET consumedAt = :now, attempt = :attempt',
            ConditionExpression: `${isPending} AND expiresAt > :now`,
            ExpressionAttributeValues: { ':now': now, ':attempt': attempt },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        ),
      )
      if (outcome.applied) return 'consumed'
      if (!outcome.found) return 'unknown'
      return outcome.found.consumedAt === undefined ? 'expired' : 'replayed'
    },
  }
}
