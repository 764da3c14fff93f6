/** The accounts table: who owns clients and tokens, and on which rate tier. Key: `accountId`. */
import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb'
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

export interface AccountReader {
  find(accountId: string): Promise<Account | undefined>
}

export interface AccountStore extends AccountReader {
  /** Opens an account; `exists` when the id is taken, and nothing is written then. */
  create(account: Account): Promise<'created' | 'exists'>
}

export function accountStore(db: DynamoDBDocumentClient, table: string): AccountStore {
  return {
    async find(accountId) {
      const { Item } = await db.send(new GetCommand({ TableName: table, Key: { accountId } }))
      return Item as Account | undefined
    },

    create: (account) => createItem(db, table, 'accountId', account),
  }
}
