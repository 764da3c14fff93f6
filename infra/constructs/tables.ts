/** The ten tables: one catalogue, and the construct that makes them. */
import { RemovalPolicy, Validations } from 'aws-cdk-lib'
import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb'
import { Construct } from 'constructs'
import type { TableName } from '../../shared/config/environment.ts'
import { pascalCase } from './names.ts'

interface Key {
  readonly partition: string
  readonly sort?: string
}

export interface TableDefinition {
  readonly key: Key
  readonly index?: Key & { readonly name: string }
  /** Items that are short-lived: DynamoDB removes them some time after `expiresAt`. */
  readonly expires: boolean
  /**
   * Whether the table can be taken back to a point in time. Not where an old state would revive what has
   * been used or revoked since: codes, tokens, counters, leases.
   */
  readonly recoverable: boolean
}

/** Every key is a string, save this one: the start of a rate window, in epoch seconds. */
const numericKeys = ['windowStart']

export const tableCatalogue = {
  clients: {
    key: { partition: 'clientId' },
    index: { name: 'byAccount', partition: 'account', sort: 'clientId' },
    expires: false,
    recoverable: true,
  },
  accounts: {
    key: { partition: 'accountId' },
    expires: false,
    recoverable: true,
  },
  users: { key: { partition: 'username' }, expires: false, recoverable: true },
  consents: {
    key: { partition: 'username', sort: 'clientId' },
    expires: false,
    recoverable: true,
  },
  authorizationCodes: {
    key: { partition: 'codeHash' },
    expires: true,
    recoverable: false,
  },
  grants: {
    key: { partition: 'gid' },
    index: { name: 'bySubject', partition: 'subject', sort: 'gid' },
    expires: true,
    recoverable: true,
  },
  tokens: {
    key: { partition: 'tokenHash' },
    index: { name: 'byAccount', partition: 'account', sort: 'tokenHash' },
    expires: true,
    recoverable: false,
  },
  rateLimits: {
    key: { partition: 'subject', sort: 'windowStart' },
    expires: true,
    recoverable: false,
  },
  vendedTokens: {
    key: { partition: 'cacheKey' },
    expires: true,
    recoverable: false,
  },
  profiles: {
    key: { partition: 'cacheKey' },
    expires: true,
    recoverable: false,
  },
} as const satisfies Record<TableName, TableDefinition>

/**
 * The name of a table's index.
 *
 * @throws Error when it has none
 */
export function indexName(table: TableName): string {
  const definition: TableDefinition = tableCatalogue[table]
  if (!definition.index) throw new Error(`the table ${table} has no index`)
  return definition.index.name
}

/** All tables of a deployment, whichever of them its configuration uses: turning a feature on moves no data. */
export class Tables extends Construct {
  readonly #tables: Readonly<Record<TableName, Table>>

  constructor(scope: Construct, id: string) {
    super(scope, id)
    const entries = Object.entries(tableCatalogue).map(([name, definition]) => [
      name,
      defineTable(this, pascalCase(name), definition),
    ])
    this.#tables = Object.fromEntries(entries) as Record<TableName, Table>
  }

  get(name: TableName): Table {
    return this.#tables[name]
  }
}

function defineTable(scope: Construct, id: string, definition: TableDefinition): Table {
  const { key, index, expires, recoverable } = definition
  const table = new Table(scope, id, {
    ...keySchema(key),
    billingMode: BillingMode.PAY_PER_REQUEST,
    // DynamoDB's own key: what rests here is hashed, or encrypted by us, and a KMS key would put a second
    // service, its quota and its price into every request.
    encryption: TableEncryption.DEFAULT,
    pointInTimeRecoverySpecification: {
      pointInTimeRecoveryEnabled: recoverable,
    },
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
    ...(expires && { timeToLiveAttribute: 'expiresAt' }),
  })
  if (index)
    table.addGlobalSecondaryIndex({
      indexName: index.name,
      ...keySchema(index),
      // Keys alone: an index is for listing, which then reads the items. So no secret's hash is stored
      // twice, and rotating a token or counting its use costs no second write.
      projectionType: ProjectionType.KEYS_ONLY,
    })
  if (!recoverable)
    Validations.of(table).acknowledge({
      id: 'AwsSolutions-DDB3',
      reason: 'Restoring this table would revive codes, tokens or counters that were used up since',
    })
  return table
}

function keySchema({ partition, sort }: Key) {
  return {
    partitionKey: attribute(partition),
    ...(sort !== undefined && { sortKey: attribute(sort) }),
  }
}

function attribute(name: string) {
  return {
    name,
    type: numericKeys.includes(name) ? AttributeType.NUMBER : AttributeType.STRING,
  }
}
