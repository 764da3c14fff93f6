import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { narrow } from '../../../shared/vending/pipeline/narrow.ts'
import type { Permissions, RepositoryScope } from '../../../shared/vending/types.ts'
import { organizationProfile, profile } from '../../support/vend-requests.ts'

const named: RepositoryScope = { kind: 'named', names: ['cotton', 'Linen'] }
const all: RepositoryScope = { kind: 'all' }
const anyone: RepositoryScope = { kind: 'caller' }
const listed: RepositoryScope = { kind: 'caller', names: ['cotton', 'Linen'] }
const pipeline: RepositoryScope = { kind: 'pipeline' }

describe('repositories come down to', () => {
  test.each([
    { what: 'all that the profile names', scope: named, asked: undefined, expected: named },
    { what: 'all, where the profile says so', scope: all, asked: undefined, expected: all },
    { what: 'the pipeline’s own', scope: pipeline, asked: undefined, expected: pipeline },
    {
      what: 'one of the profile’s',
      scope: named,
      asked: 'cotton',
      expected: { kind: 'named', names: ['cotton'] },
    },
    {
      what: 'one of the profile’s, as the profile spells it',
      scope: named,
      asked: 'linen',
      expected: { kind: 'named', names: ['Linen'] },
    },
    { what: 'one of all', scope: all, asked: 'silk', expected: { kind: 'named', names: ['silk'] } },
    {
      what: 'the one that the caller names',
      scope: anyone,
      asked: 'silk',
      expected: { kind: 'named', names: ['silk'] },
    },
    {
      what: 'the one that the caller names, of the list',
      scope: listed,
      asked: 'LINEN',
      expected: { kind: 'named', names: ['Linen'] },
    },
  ])('$what', ({ scope, asked, expected }) => {
    expect(narrow(organizationProfile({ repositories: scope }), { repositoryScope: asked })).toEqual({
      kind: 'narrowed',
      repositories: expected,
      permissions: ['contents:write', 'issues:read'],
    })
  })
})

describe('repositories that the profile does not cover are refused (403):', () => {
  test.each([
    { scope: named, asked: 'silk' },
    { scope: listed, asked: 'silk' },
    { scope: listed, asked: 'cotton2' },
  ])('$asked', ({ scope, asked }) => {
    expect(narrow(organizationProfile({ repositories: scope }), { repositoryScope: asked })).toEqual({
      kind: 'refused',
      reason: 'repository-scope is not among the repositories of the profile',
    })
  })
})

describe('a scope that says nothing sensible is a bad request (400):', () => {
  const notBare = 'repository-scope is not the bare name of a repository'
  test.each([
    ...[
      '',
      ' ',
      'cotton ',
      ' cotton',
      'acme/cotton',
      'cotton,linen',
      'a\nb',
      'a\u0000',
      '.',
      '..',
      'x.git',
      'ünïx',
      '*',
      '{{all-repositories}}',
      'x'.repeat(101),
    ].map((asked) => ({ scope: anyone, asked, reason: notBare })),
    { scope: anyone, asked: undefined, reason: 'the profile needs a repository-scope' },
    { scope: listed, asked: undefined, reason: 'the profile needs a repository-scope' },
    { scope: pipeline, asked: 'silk', reason: 'a pipeline profile has no repository-scope to choose' },
  ])('$scope $asked', ({ scope, asked, reason }) => {
    expect(narrow(organizationProfile({ repositories: scope }), { repositoryScope: asked })).toEqual({
      kind: 'bad request',
      reason,
    })
  })
})

const rich = profile({ permissions: ['contents:write', 'issues:read', 'packages:write'] })

describe('permissions come down to', () => {
  test.each([
    { asked: undefined, expected: ['contents:write', 'issues:read', 'packages:write'] },
    { asked: 'contents:write', expected: ['contents:write'] },
    { asked: 'contents:read', expected: ['contents:read'] },
    { asked: 'packages:read,contents:write', expected: ['contents:write', 'packages:read'] },
    { asked: 'issues:read,issues:read', expected: ['issues:read'] },
    { asked: 'metadata:read', expected: ['metadata:read'] },
  ])('$expected when $asked is asked for', ({ asked, expected }) => {
    expect(narrow(rich, { permissions: asked })).toEqual({
      kind: 'narrowed',
      repositories: pipeline,
      permissions: expected,
    })
  })
})

describe('permissions are refused', () => {
  const malformed = 'permissions are not a list of name:read or name:write'
  test.each([
    {
      asked: 'issues:write',
      kind: 'refused',
      reason: 'the profile does not have the permission issues:write',
    },
    {
      asked: 'contents:read,members:read',
      kind: 'refused',
      reason: 'the profile does not have the permission members:read',
    },
    {
      asked: 'metadata:write',
      kind: 'refused',
      reason: 'the profile does not have the permission metadata:write',
    },
    {
      asked: 'constructor:read',
      kind: 'refused',
      reason: 'the profile does not have the permission constructor:read',
    },
    {
      asked: 'contents:read,contents:write',
      kind: 'bad request',
      reason: 'permissions name contents at two levels',
    },
    {
      asked: Array(101).fill('contents:read').join(),
      kind: 'bad request',
      reason: 'there are too many permissions',
    },
    ...[
      '',
      ',',
      'contents',
      'contents:',
      ':read',
      'contents:admin',
      'contents:read,',
      'contents:read issues:read',
      ' contents:read',
      'Contents:read',
      'contents:READ',
      'contents:read\n',
      'contents:read:write',
      '__proto__:read',
    ].map((asked) => ({ asked, kind: 'bad request', reason: malformed })),
  ])('$asked', ({ asked, kind, reason }) => {
    expect(narrow(rich, { permissions: asked })).toEqual({ kind, reason })
  })
})

test('nothing that is asked for widens a profile', () => {
  const levels = { read: 1, write: 2 } as const
  const permission = fc.tuple(
    fc.constantFrom('contents', 'issues', 'packages'),
    fc.constantFrom('read', 'write'),
  )
  const permissions = fc
    .uniqueArray(permission, { minLength: 1, selector: ([name]) => name })
    .map((list) => list.map(([name, level]) => `${name}:${level}`) as unknown as Permissions)
  const names = fc.constantFrom('cotton', 'linen', 'silk', 'COTTON')
  const scope = fc.oneof(
    fc.constant(all),
    fc
      .uniqueArray(names, { minLength: 1 })
      .map((list) => ({ kind: 'named', names: list }) as unknown as RepositoryScope),
    fc
      .uniqueArray(names, { minLength: 1 })
      .map((list) => ({ kind: 'caller', names: list }) as unknown as RepositoryScope),
  )
  const levelOf = (list: readonly string[], name: string) =>
    Math.max(
      0,
      ...list.filter((one) => one.startsWith(`${name}:`)).map((one) => levels[one.split(':')[1] as 'read']),
    )
  fc.assert(
    fc.property(
      scope,
      permissions,
      fc.option(names, { nil: undefined }),
      permissions,
      (repositories, own, repositoryScope, asked) => {
        const narrowed = narrow(organizationProfile({ repositories, permissions: own }), {
          repositoryScope,
          permissions: asked.join(),
        })
        const widened =
          narrowed.kind === 'narrowed' &&
          (narrowed.permissions.some(
            (one) => levelOf(own, one.split(':')[0] ?? '') < levelOf([one], one.split(':')[0] ?? ''),
          ) ||
            (repositories.kind !== 'all' &&
              (narrowed.repositories.kind !== 'named' ||
                !narrowed.repositories.names.every(
                  (one) => 'names' in repositories && repositories.names?.includes(one),
                ))) ||
            (repositoryScope !== undefined && narrowed.repositories.kind === 'all'))
        expect(widened).toBe(false)
      },
    ),
    { numRuns: 500 },
  )
})
