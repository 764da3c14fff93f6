import { describe, expect, test } from 'vitest'
import type { Json } from '../../../infra/local/json.ts'
import { evaluateConditions } from '../../../infra/local/template/conditions.ts'
import { resolve } from '../../../infra/local/template/intrinsics.ts'
import { createScope, type Scope } from '../../../infra/local/template/scope.ts'

/** A name as `Fn::Sub` has it: `${name}`. */
const name = (text: string) => `\${${text}}`

function scope(): Scope {
  const created = createScope(
    'Stack',
    'stack-id',
    { Colour: { Type: 'String', Default: 'red' }, List: { Type: 'CommaDelimitedList', Default: 'a, b' } },
    { Sizes: { small: { rate: 5 } } },
  )
  created.resources.set('Table', {
    ref: 'table-name',
    attributes: { Arn: 'arn:table', 'Outputs.Deep': 'deep' },
  })
  evaluateConditions(
    {
      IsRed: { 'Fn::Equals': [{ Ref: 'Colour' }, 'red'] },
      NotRed: { 'Fn::Not': [{ Condition: 'IsRed' }] },
      Both: { 'Fn::And': [{ Condition: 'IsRed' }, { Condition: 'NotRed' }] },
      Either: { 'Fn::Or': [{ Condition: 'NotRed' }, { Condition: 'IsRed' }] },
    },
    created,
  )
  return created
}

describe('intrinsic functions', () => {
  const cases: readonly [string, Json, Json][] = [
    ['a plain value', { a: [1, 'b', true, null] }, { a: [1, 'b', true, null] }],
    ['Ref to a resource', { Ref: 'Table' }, 'table-name'],
    ['Ref to a parameter', { Ref: 'Colour' }, 'red'],
    ['Ref to a list parameter', { Ref: 'List' }, ['a', 'b']],
    ['Ref to a pseudo parameter', { Ref: 'AWS::Region' }, 'us-east-1'],
    ['GetAtt as a list', { 'Fn::GetAtt': ['Table', 'Arn'] }, 'arn:table'],
    ['GetAtt as a text', { 'Fn::GetAtt': 'Table.Outputs.Deep' }, 'deep'],
    ['Join', { 'Fn::Join': ['-', ['a', { Ref: 'Colour' }, 1]] }, 'a-red-1'],
    ['Split and Select', { 'Fn::Select': ['1', { 'Fn::Split': ['/', 'x/y/z'] }] }, 'y'],
    [
      'Sub with names',
      { 'Fn::Sub': `arn:${name('AWS::Partition')}:${name('Table')}/${name('Table.Arn')}` },
      'arn:aws:table-name/arn:table',
    ],
    [
      'Sub with own values',
      { 'Fn::Sub': [`${name('A')}-${name('!A')}`, { A: { Ref: 'Colour' } }] },
      `red-${name('A')}`,
    ],
    ['If that holds', { 'Fn::If': ['IsRed', 'yes', 'no'] }, 'yes'],
    ['If that does not hold', { 'Fn::If': ['NotRed', 'yes', 'no'] }, 'no'],
    ['And', { 'Fn::If': ['Both', 1, 2] }, 2],
    ['Or', { 'Fn::If': ['Either', 1, 2] }, 1],
    [
      'NoValue drops the property',
      { a: { 'Fn::If': ['IsRed', { Ref: 'AWS::NoValue' }, 1] }, b: 2 },
      { b: 2 },
    ],
    ['NoValue drops the item', [1, { Ref: 'AWS::NoValue' }, 2], [1, 2]],
    ['FindInMap', { 'Fn::FindInMap': ['Sizes', 'small', 'rate'] }, 5],
    ['Base64', { 'Fn::Base64': 'hi' }, 'aGk='],
  ]
  test.each(cases)('%s', (_case, value, expected) => {
    expect(resolve(value, scope(), 'X')).toEqual(expected)
  })

  const faults: readonly [string, Json, string][] = [
    ['an unknown function', { 'Fn::Cidr': [] }, 'X: Fn::Cidr is not supported by the local stack'],
    ['an import', { 'Fn::ImportValue': 'a' }, 'X: Fn::ImportValue is not supported by the local stack'],
    ['Ref to nothing', { Ref: 'Nope' }, 'X: Ref names Nope, which the template does not have'],
    [
      'GetAtt of nothing',
      { 'Fn::GetAtt': ['Nope', 'Arn'] },
      'X: Fn::GetAtt names Nope, which the template does not have',
    ],
    [
      'an unknown attribute',
      { 'Fn::GetAtt': ['Table', 'Stream'] },
      'X: the local stack knows no Table.Stream',
    ],
    ['Select past the end', { 'Fn::Select': [3, ['a']] }, 'X: Fn::Select finds no item 3'],
    ['an unknown condition', { 'Fn::If': ['Nope', 1, 2] }, 'X: there is no condition Nope'],
  ]
  test.each(faults)('%s stops the start', (_case, value, message) => {
    expect(() => resolve(value, scope(), 'X')).toThrow(message)
  })

  test('a condition that refers to itself stops the start', () => {
    const conditions = { A: { 'Fn::Not': [{ Condition: 'B' }] }, B: { 'Fn::Not': [{ Condition: 'A' }] } }
    expect(() => evaluateConditions(conditions, createScope('S', 'id'))).toThrow(
      'condition A refers to itself',
    )
  })

  test('a parameter without default stops the start, save for the bootstrap version', () => {
    expect(() => createScope('S', 'id', { Size: { Type: 'String' } })).toThrow(
      'parameter Size has no default',
    )
    const bootstrap = { BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk' } }
    expect(createScope('S', 'id', bootstrap).values.get('BootstrapVersion')).toBe('')
  })
})
