/**
 * One conditional write that knows its own retry.
 *
 * When an answer is lost after the write was applied, the SDK sends the write again, and the condition then
 * fails on our own item. So each write stores a random attempt id: a failed condition whose old item carries
 * that id is this very write, and counts as success.
 */
import { randomUUID } from 'node:crypto'
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'

export type Item = Readonly<Record<string, unknown>>

/** The write was applied, or the condition failed on this item (none where the key is free). */
export type WriteOutcome =
  | { readonly applied: true }
  | { readonly applied: false; readonly found: Item | undefined }

export interface ItemKey {
  readonly TableName: string
  readonly Key: Item
}

/**
 * Makes a conditional write exactly once.
 *
 * @param write sends the command; it stores the attempt id as `attempt` and asks for
 *   `ReturnValuesOnConditionCheckFailure: 'ALL_OLD'`
 * @param target the item, read once more where the engine did not tell the old item
 */
export async function writeOnce(
  db: DynamoDBDocumentClient,
  target: ItemKey,
  write: (attempt: string) => Promise<unknown>,
): Promise<WriteOutcome> {
  const attempt = randomUUID()
  try {
    await write(attempt)
    return { applied: true }
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error
    const found = error.Item ? unmarshall(error.Item) : await readConsistently(db, target)
    return found?.attempt === attempt ? { applied: true } : { applied: false, found }
  }
}

async function readConsistently(db: DynamoDBDocumentClient, target: ItemKey): Promise<Item | undefined> {
  const { Item: item } = await db.send(new GetCommand({ ...target, ConsistentRead: true }))
  return item
}

/**
 * Puts an item where there is none of its key.
 *
 * @param keyName the table's partition key, which `item` holds
 * @returns `exists` when the key is taken; nothing is written then
 */
export async function createItem<Name extends string>(
  db: DynamoDBDocumentClient,
  table: string,
  keyName: Name,
  item: { readonly [key in Name]: string },
): Promise<'created' | 'exists'> {
  const target = { TableName: table, Key: { [keyName]: item[keyName] } }
  const outcome = await writeOnce(db, target, (attempt) =>
    db.send(
      new PutCommand({
        TableName: table,
        Item: { ...item, attempt },
        ConditionExpression: 'attribute_not_exists(#key)',
        ExpressionAttributeNames: { '#key': keyName },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    ),
  )
  return outcome.applied ? 'created' : 'exists'
}
