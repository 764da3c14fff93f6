/** Reading many items of a table at once. */
import {
  BatchGetCommand,
  type BatchGetCommandInput,
  type BatchGetCommandOutput,
  type DynamoDBDocumentClient,
} from '@aws-sdk/lib-dynamodb'
import type { Item } from './conditional-write.ts'
import { ThrottledRead } from './liveness.ts'

/** DynamoDB's limit. */
const KEYS_A_BATCH = 100
const ATTEMPTS = 5
const FIRST_DELAY_MILLISECONDS = 25

/**
 * Reads the items of these keys, strongly consistent and in no order; a key without an item gives none.
 *
 * @throws ThrottledRead when DynamoDB leaves keys unread in each of five attempts: a list with gaps would lie
 */
export async function batchGet(
  db: DynamoDBDocumentClient,
  table: string,
  keys: readonly Item[],
): Promise<Item[]> {
  const items: Item[] = []
  for (let start = 0; start < keys.length; start += KEYS_A_BATCH)
    items.push(...(await readBatch(db, table, keys.slice(start, start + KEYS_A_BATCH))))
  return items
}

async function readBatch(
  db: DynamoDBDocumentClient,
  table: string,
  keys: readonly Item[],
): Promise<readonly Item[]> {
  const items: Item[] = []
  let unread: BatchGetCommandInput['RequestItems'] = { [table]: { Keys: [...keys], ConsistentRead: true } }
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (attempt > 0) await delay(FIRST_DELAY_MILLISECONDS * 2 ** attempt)
    const answer: BatchGetCommandOutput = await db.send(new BatchGetCommand({ RequestItems: unread }))
    const { Responses = {}, UnprocessedKeys = {} } = answer
    items.push(...(Responses[table] ?? []))
    if (Object.keys(UnprocessedKeys).length === 0) return items
    unread = UnprocessedKeys
  }
  throw new ThrottledRead()
}

/** Waits up to so long; at random, so that those who were throttled together do not return together. */
function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds * (0.5 + Math.random() / 2)))
}
