import { expect, test } from 'vitest'
import { attributesOf } from '../../../infra/local/dynamodb/attributes.ts'
import type { JsonObject } from '../../../infra/local/json.ts'

const cases: readonly [string, JsonObject, readonly string[]][] = [
  ['a key', { Key: { id: { S: 'a' }, at: { N: '1' } } }, ['id', 'at']],
  ['an item', { Item: { id: { S: 'a' }, tier: { M: { inner: { S: 'b' } } } } }, ['id', 'tier']],
  [
    'an update',
    { UpdateExpression: 'SET a = if_not_exists(b, :b) + :c, d.e[0] = :d REMOVE f ADD g :g DELETE h :h' },
    ['a', 'b', 'd', 'f', 'g', 'h'],
  ],
  [
    'placeholders',
    {
      UpdateExpression: 'set #a.#b = list_append(#a.#b, :x)',
      ExpressionAttributeNames: { '#a': 'grants', '#b': 'scope' },
    },
    ['grants'],
  ],
  [
    'a condition',
    {
      ConditionExpression:
        'attribute_not_exists(id) OR (a.b <> :x AND NOT contains(c, :y)) and size (d) BETWEEN :l AND :h or e IN (:i, f)',
    },
    ['id', 'a', 'c', 'd', 'e', 'f'],
  ],
  ['a function’s name as an attribute', { ConditionExpression: 'attribute_type = :x' }, ['attribute_type']],
  [
    'a query',
    {
      KeyConditionExpression: 'begins_with(#o, :o)',
      FilterExpression: 'expiresAt > :now',
      ProjectionExpression: 'id, #n, list[3].x',
      ExpressionAttributeNames: { '#o': 'owner', '#n': 'name' },
    },
    ['expiresAt', 'owner', 'id', 'name', 'list'],
  ],
  [
    'what expressions took the place of',
    { AttributesToGet: ['a'], Expected: { b: {} }, KeyConditions: { c: {} } },
    ['b', 'c', 'a'],
  ],
  ['nothing', {}, []],
]
test.each(cases)('%s', (_name, request, names) => {
  expect(attributesOf(request)).toEqual(names)
})
