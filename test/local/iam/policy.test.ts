import { describe, expect, test } from 'vitest'
import { type Decision, evaluate, parsePolicy } from '../../../infra/local/iam/policy.ts'
import { matchesArn } from '../../../infra/local/iam/wildcard.ts'
import type { Json } from '../../../infra/local/json.ts'

const table = 'arn:aws:dynamodb:us-east-1:000000000000:table/clients'

const policy = (...statements: Json[]) => ({ Version: '2012-10-17', Statement: statements })
const allow = (more: { readonly [key: string]: Json } = {}) => ({
  Effect: 'Allow',
  Action: 'dynamodb:GetItem',
  Resource: table,
  ...more,
})

function decide(
  statements: readonly Json[],
  action: string,
  resource = table,
  context: Record<string, string[]> = {},
) {
  const parsed = parsePolicy(policy(...statements), 'test')
  return evaluate(parsed, { action, resource, context: new Map(Object.entries(context)) })
}

describe('a policy decides', () => {
  const cases: readonly [string, readonly Json[], string, string, Decision][] = [
    ['the named action on the named resource', [allow()], 'dynamodb:GetItem', table, 'allowed'],
    [
      'an action in another case',
      [allow({ Action: 'DYNAMODB:getitem' })],
      'dynamodb:GetItem',
      table,
      'allowed',
    ],
    ['another action', [allow()], 'dynamodb:PutItem', table, 'not allowed'],
    ['another resource', [allow()], 'dynamodb:GetItem', `${table}2`, 'not allowed'],
    ['an index of the table', [allow()], 'dynamodb:GetItem', `${table}/index/byAccount`, 'not allowed'],
    ['an action wildcard', [allow({ Action: ['dynamodb:Get*'] })], 'dynamodb:GetItem', table, 'allowed'],
    ['a question mark', [allow({ Action: 'dynamodb:?etItem' })], 'dynamodb:GetItem', table, 'allowed'],
    [
      'a resource wildcard',
      [allow({ Resource: `${table}/index/*` })],
      'dynamodb:GetItem',
      `${table}/index/a`,
      'allowed',
    ],
    ['everything', [allow({ Action: '*', Resource: '*' })], 'lambda:InvokeFunction', table, 'allowed'],
    [
      'a deny beside an allow',
      [allow(), { ...allow(), Effect: 'Deny' }],
      'dynamodb:GetItem',
      table,
      'explicitly denied',
    ],
    [
      'NotAction',
      [{ Effect: 'Allow', NotAction: 'dynamodb:PutItem', Resource: table }],
      'dynamodb:PutItem',
      table,
      'not allowed',
    ],
    [
      'NotResource',
      [{ Effect: 'Deny', Action: '*', NotResource: table }, allow({ Resource: '*' })],
      'dynamodb:GetItem',
      `${table}2`,
      'explicitly denied',
    ],
  ]
  test.each(cases)('on %s', (_name, statements, action, resource, expected) => {
    expect(decide(statements, action, resource)).toBe(expected)
  })
})

describe('a condition', () => {
  const key = 'dynamodb:LeadingKeys'
  const context = (...values: string[]) => ({ 'dynamodb:leadingkeys': values })
  const cases: readonly [string, Json, Record<string, string[]>, Decision][] = [
    ['StringEquals holds', { StringEquals: { [key]: ['a', 'b'] } }, context('b'), 'allowed'],
    ['StringEquals fails', { StringEquals: { [key]: 'a' } }, context('b'), 'not allowed'],
    ['StringEquals without the key', { StringEquals: { [key]: 'a' } }, {}, 'not allowed'],
    ['StringEqualsIfExists without the key', { StringEqualsIfExists: { [key]: 'a' } }, {}, 'allowed'],
    ['StringNotEquals fails', { StringNotEquals: { [key]: ['a', 'b'] } }, context('b'), 'not allowed'],
    ['StringNotEquals without the key', { StringNotEquals: { [key]: 'a' } }, {}, 'allowed'],
    ['StringLike holds', { StringLike: { [key]: 'client:*' } }, context('client:1'), 'allowed'],
    ['StringNotLike fails', { StringNotLike: { [key]: 'client:*' } }, context('client:1'), 'not allowed'],
    ['ArnLike holds', { ArnLike: { [key]: 'arn:aws:a:*:b:c/*' } }, context('arn:aws:a:r:b:c/d'), 'allowed'],
    [
      'ArnEquals fails',
      { ArnEquals: { [key]: 'arn:aws:a:r:b:c' } },
      context('arn:aws:a:r:b:d'),
      'not allowed',
    ],
    ['Bool holds', { Bool: { [key]: 'true' } }, context('true'), 'allowed'],
    ['Null asks for absence', { Null: { [key]: 'true' } }, {}, 'allowed'],
    ['Null asks for presence', { Null: { [key]: 'false' } }, {}, 'not allowed'],
    [
      'ForAllValues holds',
      { 'ForAllValues:StringEquals': { [key]: ['a', 'b'] } },
      context('a', 'b'),
      'allowed',
    ],
    [
      'ForAllValues fails on one',
      { 'ForAllValues:StringEquals': { [key]: ['a'] } },
      context('a', 'b'),
      'not allowed',
    ],
    ['ForAllValues without the key', { 'ForAllValues:StringEquals': { [key]: 'a' } }, {}, 'allowed'],
    [
      'ForAnyValue holds on one',
      { 'ForAnyValue:StringLike': { [key]: 'b*' } },
      context('a', 'bc'),
      'allowed',
    ],
    ['ForAnyValue without the key', { 'ForAnyValue:StringEquals': { [key]: 'a' } }, {}, 'not allowed'],
    [
      'all operators have to hold',
      { StringEquals: { [key]: 'a' }, Null: { [key]: 'true' } },
      context('a'),
      'not allowed',
    ],
  ]
  test.each(cases)('%s', (_name, condition, values, expected) => {
    expect(decide([allow({ Condition: condition })], 'dynamodb:GetItem', table, values)).toBe(expected)
  })
})

describe('a policy that cannot be evaluated stops the start', () => {
  const cases: readonly [string, Json, string][] = [
    ['an old version', { Version: '2008-10-17', Statement: [allow()] }, 'test: Version must be 2012-10-17'],
    ['no statement', policy(), 'test: the policy has no statement'],
    [
      'an unknown element',
      policy(allow({ Principal: '*' })),
      'test, statement 1: Principal does not belong here',
    ],
    [
      'an unknown effect',
      policy(allow({ Effect: 'allow' })),
      'test, statement 1: Effect must be Allow or Deny',
    ],
    ['a malformed action', policy(allow({ Action: 'GetItem' })), 'test, statement 1: "GetItem" is no Action'],
    [
      'a malformed resource',
      policy(allow({ Resource: 'clients' })),
      'test, statement 1: "clients" is no Resource',
    ],
    [
      'Action beside NotAction',
      policy(allow({ NotAction: '*' })),
      'test, statement 1: needs either Action or NotAction',
    ],
    [
      'an unknown operator',
      policy(allow({ Condition: { DateGreaterThan: { 'aws:CurrentTime': '2026' } } })),
      'test, statement 1: the local stack knows no condition operator DateGreaterThan',
    ],
    [
      'a key that cannot be supplied',
      policy(allow({ Condition: { StringEquals: { 'aws:SourceVpc': 'vpc-1' } } })),
      'test, statement 1: the local stack cannot supply the condition key aws:SourceVpc',
    ],
    [
      'a policy variable',
      policy(
        allow({ Condition: { StringEquals: { 'dynamodb:LeadingKeys': ['$', '{aws:username}'].join('') } } }),
      ),
      'test, statement 1: policy variables are not supported by the local stack (dynamodb:LeadingKeys)',
    ],
  ]
  test.each(cases)('%s', (_name, document, message) => {
    expect(() => parsePolicy(document, 'test')).toThrow(message)
  })
})

test('a wildcard in an ARN stays within its part', () => {
  expect(matchesArn('arn:aws:dynamodb:*:*:table/clients', table)).toBe(true)
  expect(matchesArn('arn:aws:dynamodb:*:table/clients', table)).toBe(false)
  expect(matchesArn('arn:aws:*', table)).toBe(false)
})
