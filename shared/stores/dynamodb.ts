/** The connection to DynamoDB that all stores share. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { awsClientSettings } from './aws-client.ts'

/** A document client: region, credentials and endpoint come from the environment, as Lambda sets it. */
export function connectDynamoDb(): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient(awsClientSettings), {
    marshallOptions: { removeUndefinedValues: true },
  })
}
