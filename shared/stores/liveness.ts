/**
 * Whether a token's grant lives and the token itself was not denied: one strongly consistent BatchGetItem over
 * two tables, so that a revocation that was answered with 200 counts everywhere at once.
 */
import { BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { denialKey } from '../protocol/denial-key.ts'
import { type Grant, toGrant } from './grants.ts'

export interface Liveness {
  /** The grant, or the revocation of all of a client's; nothing where neither was ever written. */
  readonly grant: Grant | undefined
  readonly isDenied: boolean
}

export interface LivenessReader {
  /** @param jti nothing for an opaque token, which is denied in its own item */
  read(gid: string, jti: string | undefined): Promise<Liveness>
}

export function livenessReader(
  db: DynamoDBDocumentClient,
  tables: { readonly grants: string; readonly tokens: string },
): LivenessReader {
  return {
    async read(gid, jti) {
      const tokenKeys = jti === undefined ? [] : [{ tokenHash: denialKey(jti) }]
      const { Responses = {}, UnprocessedKeys = {} } = await db.send(
        new BatchGetCommand({
          RequestItems: {
            [tables.grants]: { Keys: [{ gid }], ConsistentRead: true },
            ...(tokenKeys.length > 0 ? { [tables.tokens]: { Keys: tokenKeys, ConsistentRead: true } } : {}),
          },
        }),
      )
      // A throttled part would read as "not revoked".
      if (Object.keys(UnprocessedKeys).length > 0) throw new ThrottledRead()
      return {
        grant: toGrant(Responses[tables.grants]?.[0]),
        isDenied: (Responses[tables.tokens]?.length ?? 0) > 0,
      }
    },
  }
}

/** DynamoDB read a part of a batch only; the same request may pass a moment later. */
export class ThrottledRead extends Error {
  constructor() {
    super('DynamoDB left a part of a batch unread')
    this.name = 'ThrottlingException'
  }
}
