/** Which top-level attributes a DynamoDB request touches: the condition key `dynamodb:Attributes`. */
import { isObject, type JsonObject } from '../json.ts'

const expressions = [
  'ConditionExpression',
  'FilterExpression',
  'KeyConditionExpression',
  'ProjectionExpression',
  'UpdateExpression',
]

/** Parameters whose members are attributes: keys and items, and what expressions took the place of. */
const maps = ['Key', 'Item', 'AttributeUpdates', 'Expected', 'KeyConditions', 'QueryFilter', 'ScanFilter']

/** Reserved words of DynamoDB, so that no attribute stands in an expression under such a name. */
const keywords = new Set(['set', 'remove', 'add', 'delete', 'and', 'or', 'not', 'between', 'in'])

/**
 * A document path, as `#a.b[0]`, of which only its first name counts; or a value, as `:a`, or a function,
 * as `size(`, which the pattern tells by the sign before and after.
 */
const element = /(:?)(#?[A-Za-z_]\w*)(?:\s*\.\s*#?\w+|\s*\[\s*\d+\s*\])*(\s*\()?/g

/** The names, each once. */
export function attributesOf(request: JsonObject): readonly string[] {
  const members = maps.flatMap((name) => {
    const value = request[name]
    return isObject(value) ? Object.keys(value) : []
  })
  const listed = Array.isArray(request.AttributesToGet) ? request.AttributesToGet.map(String) : []
  const names = isObject(request.ExpressionAttributeNames) ? request.ExpressionAttributeNames : {}
  const written = expressions.flatMap((name) => namesIn(String(request[name] ?? '')))
  return [...new Set([...members, ...listed, ...written.map((name) => String(names[name] ?? name))])]
}

function namesIn(expression: string): string[] {
  return [...expression.matchAll(element)]
    .filter(([, colon, name = '', call]) => {
      const isKeyword = keywords.has(name.toLowerCase())
      // `a IN (:b)` and `NOT (…)`: a keyword may have a parenthesis as well.
      return colon === '' && call === undefined && !isKeyword
    })
    .map(([, , name = '']) => name)
}
