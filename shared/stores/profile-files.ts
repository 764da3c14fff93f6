/**
 * The profiles table: the last good profile file of each source, for when GitHub does not answer. Key:
 * `cacheKey`.
 *
 * A file and its digest are one item and one write, so nobody reads half of each. It has no end: profiles that
 * were good last week are better than none.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { sha256 } from '../protocol/hash.ts'

/** The text of a file, as it was read. */
export interface KeptProfileFile {
  readonly text: string
  /** SHA-256 of the text, base64url. */
  readonly digest: string
  /** Epoch seconds: when it was read from its source. */
  readonly readAt: number
}

export interface ProfileFileStore {
  /**
   * @param source names where the file comes from, GitHub's address included
   * @returns nothing where there is none, and where text and digest do not belong together
   */
  find(source: string): Promise<KeptProfileFile | undefined>
  /**
   * Keeps a file that has been found good. One that was read later stays.
   *
   * @param text of at most `MAX_PROFILE_FILE_BYTES`
   * @param readAt epoch seconds
   */
  save(source: string, text: string, readAt: number): Promise<void>
}

/** For one operation, retries included: the file itself has two seconds to be read. */
const OPERATION_MILLISECONDS = 1_500

/** Every operation ends within 1.5 s, and throws where the table has not answered then. */
export function profileFileStore(db: DynamoDBDocumentClient, table: string): ProfileFileStore {
  const limited = () => ({ abortSignal: AbortSignal.timeout(OPERATION_MILLISECONDS) })

  return {
    async find(source) {
      const { Item } = await db.send(
        new GetCommand({ TableName: table, Key: { cacheKey: source }, ConsistentRead: true }),
        limited(),
      )
      if (!Item) return undefined
      const { text, digest, readAt } = Item as KeptProfileFile
      return typeof text === 'string' && sha256(text) === digest ? { text, digest, readAt } : undefined
    },

    async save(source, text, readAt) {
      try {
        await db.send(
          new PutCommand({
            TableName: table,
            Item: { cacheKey: source, text, digest: sha256(text), readAt },
            ConditionExpression: 'attribute_not_exists(readAt) OR readAt <= :readAt',
            ExpressionAttributeValues: { ':readAt': readAt },
          }),
          limited(),
        )
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error
      }
    },
  }
}
