/** Which tables and indexes a DynamoDB request touches, as IAM sees it. */
import type { Access } from '../iam/policy.ts'
import { canonicalJson, isObject, type Json, type JsonObject } from '../json.ts'
import { type Tables, tableArn } from './tables.ts'

/** Every access that the caller needs for the request to be carried out. */
export function accessesOf(operation: string, request: JsonObject, tables: Tables): readonly Access[] {
  const action = `dynamodb:${operation}`
  switch (operation) {
    case 'BatchGetItem':
    case 'BatchWriteItem':
      return Object.entries(isObject(request.RequestItems) ? request.RequestItems : {}).map(
        ([table, items]) => access(action, tableArn(table), batchKeys(items, tables.partitionKey(table))),
      )
    case 'TransactGetItems':
    case 'TransactWriteItems':
      return transactionAccesses(request, tables)
    case 'ListTables':
      return [access(action, tableArn('*'), [])]
    default:
      return [access(action, resourceOf(request), leadingKeys(request, tables))]
  }
}

function access(action: string, resource: string, keys: readonly string[]): Access {
  return {
    action,
    resource,
    context: new Map(keys.length > 0 ? [['dynamodb:leadingkeys', keys]] : []),
  }
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
      const keys = leadingKeys(operand, tables)
      return access(`dynamodb:${actions[kind] ?? kind}`, resourceOf(operand), keys)
    }),
  )
}

function batchKeys(items: Json, partitionKey: string | undefined): string[] {
  const requests = isObject(items) ? items.Keys : items
  const list = Array.isArray(requests) ? requests.filter(isObject) : []
  return list.flatMap((entry) => {
    const put = isObject(entry.PutRequest) ? entry.PutRequest.Item : undefined
    const remove = isObject(entry.DeleteRequest) ? entry.DeleteRequest.Key : undefined
    return keyIn(put ?? remove ?? entry, partitionKey)
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
