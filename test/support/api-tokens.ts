/** API tokens over a DynamoDB engine, for the store contract. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { beforeAll } from 'vitest'
import type { StoredApiToken } from '../../shared/protocol/api-token.ts'
import { apiTokenStore } from '../../shared/stores/api-tokens.ts'
import { tokenStore } from '../../shared/stores/tokens.ts'
import { useEngine } from './dynamodb.ts'
import { storedApiToken } from './grants.ts'

/** A token of an account of its own, unless told otherwise. */
export const token = (tokenHash: string, different: object = {}): StoredApiToken =>
  storedApiToken({ tokenHash, account: `account of ${tokenHash}`, ...different })

/** Two instances of the store on one table, as two environments of a function are. */
export function useApiTokens() {
  const { connect, tableName } = useEngine()
  let db: DynamoDBDocumentClient
  let other: DynamoDBDocumentClient
  beforeAll(async () => {
    db = await connect()
    other = await connect()
  })
  const store = (connection = db) => apiTokenStore(connection, tableName('tokens'))
  const table = () => tokenStore(db, tableName('tokens'))
  return {
    connect,
    tableName: () => tableName('tokens'),
    store,
    others: () => store(other),
    /** The whole table, access tokens included. */
    table,
    /** A token that is in the table. */
    async given(tokenHash: string, different: object = {}): Promise<StoredApiToken> {
      const made = token(tokenHash, different)
      await table().create(made)
      return JSON.parse(JSON.stringify(made))
    },
  }
}
