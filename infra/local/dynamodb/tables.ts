/** The tables of the template in the engine: created at the first start, compared at every later one. */
import { AwsError } from '../aws/errors.ts'
import { LocalStackError } from '../errors.ts'
import { arn } from '../identity.ts'
import { canonicalJson, isObject, type Json, type JsonObject } from '../json.ts'
import type { DynamoEngine } from './engine.ts'

export type TableIndex = {
  readonly name: string
  readonly keySchema: Json
  readonly projection: Json
}

export type TableDefinition = {
  readonly name: string
  readonly keySchema: Json
  readonly attributeDefinitions: Json
  readonly globalIndexes: readonly TableIndex[]
  readonly localIndexes: readonly TableIndex[]
}

export class Tables {
  readonly #engine: DynamoEngine
  readonly #partitionKeys = new Map<string, string>()

  constructor(engine: DynamoEngine) {
    this.#engine = engine
  }

  /**
   * Creates the table, or checks that the one whose data rests here has the same keys and indexes.
   *
   * @throws LocalStackError when it has others.
   */
  async ensure(definition: TableDefinition): Promise<void> {
    const existing = await this.#describe(definition.name)
    if (!existing) await this.#engine.call('CreateTable', creationRequest(definition))
    else if (canonicalJson(schemaOf(existing)) !== canonicalJson(schemaOf(creationRequest(definition)))) {
      throw new LocalStackError(
        `table ${definition.name}: the data that rests here has other keys or indexes than the template. FRESH=1 starts empty.`,
      )
    }
    this.#partitionKeys.set(definition.name, partitionKeyOf(definition.keySchema))
    for (const { name, keySchema } of [...definition.globalIndexes, ...definition.localIndexes]) {
      this.#partitionKeys.set(`${definition.name}/${name}`, partitionKeyOf(keySchema))
    }
  }

  /** The partition key of a table or of one of its indexes; `undefined` where the template has neither. */
  partitionKey(table: string, index?: string): string | undefined {
    return this.#partitionKeys.get(index === undefined ? table : `${table}/${index}`)
  }

  async #describe(name: string): Promise<JsonObject | undefined> {
    try {
      const { Table } = await this.#engine.call('DescribeTable', {
        TableName: name,
      })
      return isObject(Table) ? Table : undefined
    } catch (error) {
      if (error instanceof AwsError && error.code === 'ResourceNotFoundException') return undefined
      throw error
    }
  }
}

export function tableArn(name: string): string {
  return arn('dynamodb', `table/${name}`)
}

function creationRequest(definition: TableDefinition): JsonObject {
  return {
    TableName: definition.name,
    // Billing by request is what the template asks for; the engine measures nothing either way.
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: definition.keySchema,
    AttributeDefinitions: definition.attributeDefinitions,
    ...indexesRequest('GlobalSecondaryIndexes', definition.globalIndexes),
    ...indexesRequest('LocalSecondaryIndexes', definition.localIndexes),
  }
}

function indexesRequest(member: string, indexes: readonly TableIndex[]): JsonObject {
  if (indexes.length === 0) return {}
  const described = indexes.map(({ name, keySchema, projection }) => ({
    IndexName: name,
    KeySchema: keySchema,
    Projection: projection,
  }))
  return { [member]: described }
}

/** The parts of a table's description that cannot change without losing data, in one order. */
function schemaOf(table: JsonObject): Json {
  const indexes = (member: string): Json => {
    const list = Array.isArray(table[member]) ? table[member].filter(isObject) : []
    return list
      .map((index) => ({
        name: index.IndexName ?? '',
        keys: index.KeySchema ?? [],
        projection: index.Projection ?? {},
      }))
      .sort(byText)
  }
  const attributes = Array.isArray(table.AttributeDefinitions)
    ? [...table.AttributeDefinitions].sort(byText)
    : []
  return {
    keys: table.KeySchema ?? [],
    attributes,
    global: indexes('GlobalSecondaryIndexes'),
    local: indexes('LocalSecondaryIndexes'),
  }
}

function byText(left: Json, right: Json): number {
  return canonicalJson(left) < canonicalJson(right) ? -1 : 1
}

function partitionKeyOf(keySchema: Json): string {
  const keys = Array.isArray(keySchema) ? keySchema.filter(isObject) : []
  return String(keys.find((key) => key.KeyType === 'HASH')?.AttributeName ?? '')
}
