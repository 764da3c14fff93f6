/** Which tables and indexes a DynamoDB request touches, as IAM sees it. */
import type { Access } from '../iam/policy.ts'
import { canonicalJson, isObject, type Json, type JsonObject } from '../json.ts'
import { attributesOf } from './attributes.ts'
import { type Tables, tableArn } from './tables.ts'

/** Every access that the caller needs for the request to be carried out. */
export function accessesOf(operation: string, request: JsonObject, tables: Tables): readonly Access[] {
  const action = `dynamodb:${operation}`
  switch (operation) {
    case 'BatchGetItem':
    case 'BatchWriteItem':
      return Object.entries(isObject(request.RequestItems) ? request.RequestItems : {}).map(
        ([table, items]) =>
          access(
            action,
            tableArn(table),
            batchKeys(items, tables.partitionKey(table)),
            batchAttributes(items),
          ),
      )
    case 'TransactGetItems':
    case 'TransactWriteItems':
      return transactionAccesses(request, tables)
    case 'ListTables':
      return [access(action, tableArn('*'), [], [])]
    default:
      return [itemAccess(action, request, tables)]
  }
}

/** The access of one request, or of one part of a transaction. */
function itemAccess(action: string, request: JsonObject, tables: Tables): Access {
  const keys = leadingKeys(request, tables)
  return access(action, resourceOf(request), keys, attributesOf(request), [
    ...returnValues(action, request),
    ...selection(action, request),
  ])
}

type ContextEntry = readonly [key: string, values: readonly string[]]

function access(
  action: string,
  resource: string,
  keys: readonly string[],
  attributes: readonly string[],
  more: readonly ContextEntry[] = [],
): Access {
  const entries: ContextEntry[] = [
    ['dynamodb:leadingkeys', keys],
    ['dynamodb:attributes', attributes],
    ...more,
  ]
  return { action, resource, context: new Map(entries.filter(([, values]) => values.length > 0)) }
}

/** Only these three take the parameter; without it they give nothing back. */
function returnValues(action: string, { ReturnValues: wanted = 'NONE' }: JsonObject): ContextEntry[] {
  const takesIt = /:(Put|Update|Delete)Item$/.test(action)
  return takesIt ? [['dynamodb:returnvalues', [String(wanted)]]] : []
}

/** What a query or scan gives back, with DynamoDB's defaults. */
function selection(action: string, request: JsonObject): ContextEntry[] {
  if (!/:(Query|Scan)$/.test(action)) return []
  const isPart = request.ProjectionExpression !== undefined || request.AttributesToGet !== undefined
  const all = request.IndexName === undefined ? 'ALL_ATTRIBUTES' : 'ALL_PROJECTED_ATTRIBUTES'
  return [['dynamodb:select', [String(request.Select ?? (isPart ? 'SPECIFIC_ATTRIBUTES' : all))]]]
}

function resourceOf(request: JsonObject): string {
  const table = tableArn(nameOf(request.TableName))
  return typeof request.IndexName === 'string' ? `${table}/index/${request.IndexName}` : table
}

/** A table may be named by its ARN, too. */
function nameOf(table: Json | undefined): string {
  return String(table ?? '').replace(/^.*:table\//, '')
}

/** A transaction has no action of its own: each part needs the permission of the plain operation. */
function transactionAccesses(request: JsonObject, tables: Tables): Access[] {
  const items = Array.isArray(request.TransactItems) ? request.TransactItems.filter(isObject) : []
  const actions: Readonly<Record<string, string>> = {
    Get: 'GetItem',
    Put: 'PutItem',
    Update: 'UpdateItem',
    Delete: 'DeleteItem',
    ConditionCheck: 'ConditionCheckItem',
  }
  return items.flatMap((item) =>
    Object.entries(item).map(([kind, part]) => {
      const operand = isObject(part) ? part : {}
      return itemAccess(`dynamodb:${actions[kind] ?? kind}`, operand, tables)
    }),
  )
}

function batchKeys(items: Json, partitionKey: string | undefined): string[] {
  return batchItems(items).flatMap((item) => keyIn(item, partitionKey))
}

function batchAttributes(items: Json): readonly string[] {
  const names = batchItems(items).flatMap((item) => (isObject(item) ? Object.keys(item) : []))
  return [...new Set([...names, ...(isObject(items) ? attributesOf(items) : [])])]
}

/** The keys that a batch reads or deletes, and the items that it puts. */
function batchItems(items: Json): (Json | undefined)[] {
  const requests = isObject(items) ? items.Keys : items
  const list = Array.isArray(requests) ? requests.filter(isObject) : []
  return list.map((entry) => {
    const put = isObject(entry.PutRequest) ? entry.PutRequest.Item : undefined
    const remove = isObject(entry.DeleteRequest) ? entry.DeleteRequest.Key : undefined
    return put ?? remove ?? entry
  })
}

/** The partition key's values in a request for one item, or in a query. */
function leadingKeys(request: JsonObject, tables: Tables): string[] {
  const index = typeof request.IndexName === 'string' ? request.IndexName : undefined
  const partitionKey = tables.partitionKey(nameOf(request.TableName), index)
  const direct = keyIn(request.Key ?? request.Item, partitionKey)
  if (direct.length > 0) return direct
  const expression = typeof request.KeyConditionExpression === 'string' ? request.KeyConditionExpression : ''
  const names = isObject(request.ExpressionAttributeNames) ? request.ExpressionAttributeNames : {}
  const values = isObject(request.ExpressionAttributeValues) ? request.ExpressionAttributeValues : {}
  return [...expression.matchAll(/([#\w.-]+)\s*=\s*(:\w+)/g)]
    .filter(([, name = '']) => (names[name] ?? name) === partitionKey)
    .map(([, , placeholder = '']) => scalarOf(values[placeholder]))
}

function keyIn(item: Json | undefined, partitionKey: string | undefined): string[] {
  if (!isObject(item) || partitionKey === undefined || item[partitionKey] === undefined) return []
  return [scalarOf(item[partitionKey])]
}

/** The text of `{S: 'text'}` or `{N: '1'}`. */
function scalarOf(attribute: Json | undefined): string {
  const value = isObject(attribute) ? Object.values(attribute)[0] : undefined
  return typeof value === 'string' ? value : canonicalJson(value ?? null)
}
