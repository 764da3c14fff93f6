/** The clients table: who may ask for tokens. Key: `clientId`. */
import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb'
import type { Client } from '../protocol/client.ts'
import { createItem } from './conditional-write.ts'

/** What the token endpoint needs. */
export interface ClientReader {
  /** The client of that id, or nothing. */
  find(clientId: string): Promise<Client | undefined>
}

export interface ClientStore extends ClientReader {
  /** Registers a client; `exists` when the id is taken, and nothing is written then. */
  create(client: Client): Promise<'created' | 'exists'>
}

/** DynamoDB's limit of a partition key is 2,048 bytes; nothing near that is a client id. */
const MAX_CLIENT_ID_LENGTH = 255

export function clientStore(db: DynamoDBDocumentClient, table: string): ClientStore {
  return {
    async find(clientId) {
      if (clientId.length === 0 || clientId.length > MAX_CLIENT_ID_LENGTH) return undefined
      // Consistent, since a client that was just registered is used at once, and "unknown" is remembered.
      const { Item } = await db.send(
        new GetCommand({
          TableName: table,
          Key: { clientId },
          ConsistentRead: true,
        }),
      )
      return Item as Client | undefined
    },

    create: (client) => createItem(db, table, 'clientId', client),
  }
}
