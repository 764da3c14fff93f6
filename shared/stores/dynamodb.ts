/** The connection to DynamoDB that all stores share. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { awsClientSettings } from './aws-client.ts'

export type Database = DynamoDBDocumentClient

/** A document client: region, credentials and endpoint come from the environment, as Lambda sets it. */
export function connectDynamoDb(): Database {
  return DynamoDBDocumentClient.from(new DynamoDBClient(awsClientSettings), {
    marshallOptions: { removeUndefinedValues: true },
  })
}
