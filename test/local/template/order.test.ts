import { expect, test } from 'vitest'
import {
  creationOrder,
  directDependencies,
  transitiveDependencies,
} from '../../../infra/local/template/order.ts'

const resource = (properties = {}, dependsOn: readonly string[] = []) => ({
  Type: 'T',
  Properties: properties,
  DependsOn: dependsOn,
})

test('a resource comes after all that it refers to, however it does', () => {
  const dependencies = directDependencies({
    Last: resource({ a: { 'Fn::Sub': `\${Sub.Arn} \${AWS::Region} \${!Literal}` } }, ['Explicit']),
    Sub: resource({ a: [{ 'Fn::GetAtt': ['Attribute', 'Arn'] }] }),
    Explicit: resource({ b: { 'Fn::Join': ['', [{ Ref: 'Referred' }]] } }),
    Attribute: resource(),
    Referred: resource(),
  })
  expect(creationOrder(dependencies)).toEqual(['Referred', 'Explicit', 'Attribute', 'Sub', 'Last'])
  expect(transitiveDependencies(dependencies, 'Last')).toEqual(
    new Set(['Explicit', 'Referred', 'Sub', 'Attribute']),
  )
})

test('a cycle is told with its path', () => {
  const dependencies = directDependencies({
    A: resource({ x: { Ref: 'B' } }),
    B: resource({}, ['C']),
    C: resource({ x: { 'Fn::GetAtt': 'A.Arn' } }),
  })
  expect(() => creationOrder(dependencies)).toThrow(
    "the template's resources depend on each other in a cycle: A → B → C → A",
  )
})

test('DependsOn must name a resource', () => {
  expect(() => directDependencies({ A: resource({}, ['Nope']) })).toThrow(
    'A: DependsOn names Nope, which is no resource',
  )
})
