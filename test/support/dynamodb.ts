/** A DynamoDB engine for the store contract: dynalite in this process, or the one that DYNAMODB_ENDPOINT names. */
import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { type ConsumedCapacity, CreateTableCommand, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import dynalite from 'dynalite'
import { afterAll, beforeAll } from 'vitest'
import { type TableDefinition, tableCatalogue } from '../../infra/constructs/tables.ts'
import type { TableName } from '../../shared/config/environment.ts'
import { connectDynamoDb } from '../../shared/stores/dynamodb.ts'

export interface Engine {
  readonly port: number
  /** Whether a failed condition tells the old item (`ReturnValuesOnConditionCheckFailure`). */
  readonly tellsOldItem: boolean
  readonly stop: () => Promise<void>
}

/** Set by `npm run test:dynamodb-local`, where the engine listens on this machine. */
const given = process.env.DYNAMODB_ENDPOINT

async function startEngine(): Promise<Engine> {
  if (given !== undefined)
    return { port: Number(new URL(given).port), tellsOldItem: true, stop: async () => undefined }
  const server = dynalite({ createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    tellsOldItem: false,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A connection as the functions have it, to the engine at this port. */
export async function connect(port: number): Promise<DynamoDBDocumentClient> {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${port}`,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  })
  const db = connectDynamoDb()
  // The SDK reads the endpoint with the first call.
  await db.send(new ListTablesCommand({}))
  return db
}

/** Starts the engine before a file's tests, with tables of its own, and stops it after them. */
export function useEngine() {
  let engine: Engine
  const suffix = randomUUID()
  const tableName = (name: TableName) => `${name}-${suffix}`
  beforeAll(async () => {
    engine = await startEngine()
    const db = await connect(engine.port)
    for (const name of Object.keys(tableCatalogue) as TableName[])
      await createTable(db, name, tableName(name))
    db.destroy()
  })
  afterAll(() => engine.stop())
  return { engine: () => engine, connect: () => connect(engine.port), tableName }
}

/** A table with the keys and the index that the stack gives it. */
export async function createTable(db: DynamoDBDocumentClient, name: TableName, TableName: string) {
  const { key, index }: TableDefinition = tableCatalogue[name]
  const names = [...new Set([key, index ?? key].flatMap(namesOf))]
  const indexes = index && [
    {
      IndexName: index.name,
      KeySchema: keySchema(index),
      Projection: { ProjectionType: 'KEYS_ONLY' as const },
    },
  ]
  await db.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: keySchema(key),
      AttributeDefinitions: names.map((AttributeName) => ({
        AttributeName,
        AttributeType: AttributeName === 'windowStart' ? 'N' : 'S',
      })),
      ...(indexes && { GlobalSecondaryIndexes: indexes }),
    }),
  )
}

function namesOf({ partition, sort }: TableDefinition['key']): string[] {
  return [partition, ...(sort === undefined ? [] : [sort])]
}

function keySchema(key: TableDefinition['key']) {
  return namesOf(key).map((AttributeName, index) => ({
    AttributeName,
    KeyType: index === 0 ? ('HASH' as const) : ('RANGE' as const),
  }))
}

/** The names of the commands that a connection sends from now on. */
export function recordCommands(db: DynamoDBDocumentClient): string[] {
  const commands: string[] = []
  db.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        commands.push(commandName ?? '')
        return next(args)
      },
    { step: 'initialize', name: 'record-commands' },
  )
  return commands
}

/**
 * What a connection's commands cost from now on, as `GetItem 1`: units of a table, as the engine measures them. A
 * read that is not strongly consistent costs half of one that is.
 */
export function recordUnits(db: DynamoDBDocumentClient): string[] {
  const units: string[] = []
  db.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } })
        const { ConsumedCapacity = [] } = result.output as {
          ConsumedCapacity?: ConsumedCapacity | ConsumedCapacity[]
        }
        const total = [ConsumedCapacity].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0)
        units.push(`${commandName.replace(/Command$/, '')} ${total}`)
        return result
      },
    { step: 'initialize', name: 'record-units' },
  )
  return units
}

/** Runs before each time that a request is put on the wire, the SDK's own retries included. */
export function beforeEachAttempt(db: DynamoDBDocumentClient, act: (attempt: number) => Promise<void>): void {
  let attempts = 0
  db.middlewareStack.add(
    (next) => async (args) => {
      attempts += 1
      await act(attempts)
      return next(args)
    },
    { step: 'deserialize', name: 'before-each-attempt' },
  )
}
