/** AWS::DynamoDB::Table. */
import { type TableIndex, tableArn } from '../dynamodb/tables.ts'
import type { Json } from '../json.ts'
import type { Properties } from '../template/properties.ts'
import type { Provider } from './provider.ts'

export const table: Provider = async ({ properties, world, defaultName }) => {
  const name = properties.optionalString('TableName') ?? defaultName()
  properties.ignore(
    'the engine measures no capacity',
    'BillingMode',
    'ProvisionedThroughput',
    'OnDemandThroughput',
  )
  properties.ignore(
    'nothing deletes or restores tables here',
    'DeletionProtectionEnabled',
    'PointInTimeRecoverySpecification',
  )
  properties.ignore('data rests in a folder of the person who runs the stack', 'SSESpecification')
  // DynamoDB deletes expired items days late: every reader has to compare `expiresAt` itself, and here,
  // where nothing is ever deleted, one that does not is found out.
  properties.ignore('expired items are never deleted here', 'TimeToLiveSpecification')
  properties.ignore('for people', 'Tags', 'ContributorInsightsSpecification', 'TableClass')
  properties.refuse('StreamSpecification', 'there are no streams')
  properties.refuse('ResourcePolicy', 'resource policies of tables are not evaluated')
  properties.refuse('ImportSourceSpecification', 'there is no S3')
  await world.tables.ensure({
    name,
    keySchema: properties.json('KeySchema') ?? [],
    attributeDefinitions: properties.json('AttributeDefinitions') ?? [],
    globalIndexes: properties.objects('GlobalSecondaryIndexes').map(readIndex),
    localIndexes: properties.objects('LocalSecondaryIndexes').map(readIndex),
  })
  return { ref: name, attributes: { Arn: tableArn(name) } }
}

function readIndex(index: Properties): TableIndex {
  index.ignore(
    'the engine measures no capacity',
    'ProvisionedThroughput',
    'OnDemandThroughput',
    'ContributorInsightsSpecification',
  )
  const projection: Json = index.json('Projection') ?? {}
  return { name: index.string('IndexName'), keySchema: index.json('KeySchema') ?? [], projection }
}
