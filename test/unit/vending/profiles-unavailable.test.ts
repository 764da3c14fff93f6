import { describe, expect, test } from 'vitest'
import { lookUp, organization, pipeline, profile, readProfiles } from '../../support/profile-files.ts'

describe('one profile becomes unavailable, and the others stay', () => {
  const rule = (fields: object) => ({ match: [{ claim: 'build_branch', ...fields }] })
  const name = 'a name of 1 to 100 characters without / or :, white space or control characters'
  const either = 'either value or valuePattern'
  const permission = 'name:read or name:write of GitHub’s permission names'
  test.each([
    ['/ in its name', { name: 'a/b' }, 'name', `${name}, but got "a/b"`],
    [': in its name', { name: 'a:b' }, 'name', `${name}, but got "a:b"`],
    ['white space in its name', { name: 'a b' }, 'name', `${name}, but got "a b"`],
    ['a control character in its name', { name: 'a\u0000' }, 'name', `${name}, but got "a\\u0000"`],
    ['an empty name', { name: '' }, 'name', `${name}, but got ""`],
    ['a name of 101 characters', { name: 'a'.repeat(101) }, 'name', `${name}, but got "${'a'.repeat(100)}…"`],
    ['no permissions', { permissions: undefined }, 'permissions', 'at least one permission'],
    ['nothing for permissions', { permissions: null }, 'permissions', 'at least one permission'],
    ['empty permissions', { permissions: [] }, 'permissions', 'at least one permission'],
    [
      'a permission without a level',
      { permissions: ['contents'] },
      'permissions.0',
      `${permission}, but got "contents"`,
    ],
    [
      'a permission of two levels',
      { permissions: ['issues:read:write'] },
      'permissions.0',
      `${permission}, but got "issues:read:write"`,
    ],
    [
      'the level admin',
      { permissions: ['contents:read', 'contents:admin'] },
      'permissions.1',
      'contents:read or contents:write, but got "contents:admin"',
    ],
    [
      'the level none',
      { permissions: ['contents:none'] },
      'permissions.0',
      'contents:read or contents:write, but got "contents:none"',
    ],
    [
      'a level in upper case',
      { permissions: ['contents:READ'] },
      'permissions.0',
      'contents:read or contents:write, but got "contents:READ"',
    ],
    [
      'a level with a space',
      { permissions: ['contents: read'] },
      'permissions.0',
      'contents:read or contents:write, but got "contents: read"',
    ],
    [
      'a level that the permission lacks',
      { permissions: ['metadata:write'] },
      'permissions.0',
      'metadata:read, but got "metadata:write"',
    ],
    [
      'a permission that GitHub does not have',
      { permissions: ['content:read'] },
      'permissions.0',
      'one of GitHub’s permission names, but got "content"',
    ],
    [
      'a permission that objects have',
      { permissions: ['constructor:read'] },
      'permissions.0',
      'one of GitHub’s permission names, but got "constructor"',
    ],
    [
      'a permission of accounts',
      { permissions: ['gists:write'] },
      'permissions.0',
      'one of GitHub’s permission names, but got "gists"',
    ],
    [
      '201 permissions',
      { permissions: Array(201).fill('contents:read') },
      'permissions',
      'at most 200 entries',
    ],
    ['both value and valuePattern', rule({ value: 'a', valuePattern: 'a' }), 'match.0', either],
    ['both, of which one is empty', rule({ value: '', valuePattern: 'a' }), 'match.0', either],
    ['neither value nor valuePattern', rule({}), 'match.0', either],
    ['nothing for a value', rule({ value: null }), 'match.0.value', 'a text, but there is nothing'],
    ['no claim', { match: [{ value: 'a' }] }, 'match.0.claim', 'the name of a claim'],
    [
      'a claim that is not allowed',
      { match: [{ claim: 'sub', value: 'a' }] },
      'match.0.claim',
      'a claim that a configured issuer allows in rules, but got "sub"',
    ],
    [
      'a tag without a name',
      { match: [{ claim: 'agent_tag:', value: 'a' }] },
      'match.0.claim',
      'a claim that a configured issuer allows in rules, but got "agent_tag:"',
    ],
    // Taken for left out, it would match everyone.
    ['nothing for match', { match: null }, 'match', 'a list, but there is nothing'],
    [
      '101 rules',
      { match: Array(101).fill({ claim: 'build_branch', value: 'a' }) },
      'match',
      'at most 100 entries',
    ],
    [
      'a pattern that does not compile',
      rule({ valuePattern: '(' }),
      'match.0.valuePattern',
      'an RE2 pattern, but: error parsing regexp: missing closing ): `(`',
    ],
    [
      'a pattern that escapes its group',
      rule({ valuePattern: 'a)|(' }),
      'match.0.valuePattern',
      'an RE2 pattern, but: error parsing regexp: unexpected ): `a)|(`',
    ],
    [
      'look-around',
      rule({ valuePattern: '(?=a)' }),
      'match.0.valuePattern',
      'an RE2 pattern, but: error parsing regexp: invalid or unsupported Perl syntax: `(?=`',
    ],
    [
      'a back-reference',
      rule({ valuePattern: '(a)\\1' }),
      'match.0.valuePattern',
      'an RE2 pattern, but: error parsing regexp: invalid escape sequence: `\\1`',
    ],
    [
      'a pattern that is too large',
      rule({ valuePattern: 'a{1000}' }),
      'match.0.valuePattern',
      'an RE2 pattern, but: it is too large; do its counted repetitions have to be so many?',
    ],
  ])('%s', async (_, fields, path, expected) => {
    const file = await readProfiles(pipeline(profile({ name: 'good' }), profile({ name: 'p', ...fields })))
    const own = 'name' in fields ? fields.name : 'p'
    const fault = { path: `pipeline.profiles.1.${path}`, profile: own, expected, costs: 'profile' }
    expect(file.lookup('pipeline', own)).toEqual({
      kind: 'unavailable',
      reason: `${fault.path}: expected ${expected}`,
    })
    expect(file.lookup('pipeline', 'good').kind).toBe('found')
    // Patterns are reported where all are to be checked, and all else wherever the file is read.
    const checked = await readProfiles(
      pipeline(profile({ name: 'good' }), profile({ name: 'p', ...fields })),
      'now',
    )
    expect(checked.faults).toEqual([fault])
    expect(file.faults).toEqual(path.endsWith('valuePattern') ? [] : [fault])
  })

  const literal = '{{all-repositories}} or {{caller-scoped-repository}}'
  test.each([
    ['no repositories', undefined, 'repositories', 'at least one repository'],
    ['nothing for repositories', null, 'repositories', 'at least one repository'],
    ['empty repositories', [], 'repositories', 'at least one repository'],
    [
      'an owner',
      ['cotton', 'acme/linen'],
      'repositories.1',
      'the repository’s name without its owner: all are the organization’s; but got "acme/linen"',
    ],
    [
      'all and a name',
      ['{{all-repositories}}', 'cotton'],
      'repositories',
      '{{all-repositories}} alone, or names alone',
    ],
    [
      'a name and the caller’s',
      ['cotton', '{{caller-scoped-repository}}'],
      'repositories',
      '{{caller-scoped-repository}} alone, or names alone',
    ],
    [
      'both literals',
      ['{{all-repositories}}', '{{caller-scoped-repository}}'],
      'repositories',
      '{{all-repositories}} alone, or names alone',
    ],
    [
      'a literal twice',
      ['{{all-repositories}}', '{{all-repositories}}'],
      'repositories',
      '{{all-repositories}} alone, or names alone',
    ],
    [
      'another literal',
      ['{{every-repository}}'],
      'repositories.0',
      `the name of a repository, ${literal}, but got "{{every-repository}}"`,
    ],
    [
      'a literal with spaces',
      ['{{ all-repositories }}'],
      'repositories.0',
      `the name of a repository, ${literal}, but got "{{ all-repositories }}"`,
    ],
    ['*', ['*'], 'repositories.0', `the name of a repository, ${literal}, but got "*"`],
    ['an empty name', [''], 'repositories.0', `the name of a repository, ${literal}, but got ""`],
    ['..', ['..'], 'repositories.0', `the name of a repository, ${literal}, but got ".."`],
    [
      '501 names',
      Array.from({ length: 501 }, (_, index) => `r${index}`),
      'repositories',
      'at most 500 entries',
    ],
  ])('of the organization, with %s', async (_, repositories, path, expected) => {
    const file = await readProfiles(
      organization(profile({ name: 'good', repositories: ['a'] }), profile({ repositories })),
    )
    const fault = { path: `organization.profiles.1.${path}`, profile: 'p', expected, costs: 'profile' }
    expect(file.faults).toEqual([fault])
    expect(file.lookup('organization', 'p')).toEqual({
      kind: 'unavailable',
      reason: `${fault.path}: expected ${expected}`,
    })
    expect(file.lookup('organization', 'good').kind).toBe('found')
  })

  test('without a name it is reported, and nobody can ask for it', async () => {
    const file = await readProfiles(pipeline({ permissions: ['contents:read'] }, profile({ name: null })))
    expect(file.faults).toEqual([
      { path: 'pipeline.profiles.0.name', expected: 'a name', costs: 'profile' },
      { path: 'pipeline.profiles.1.name', expected: 'a text, but there is nothing', costs: 'profile' },
    ])
    for (const name of ['', 'null', 'undefined'])
      expect(file.lookup('pipeline', name)).toEqual({ kind: 'unknown' })
  })
  test('all its faults are told together', async () => {
    const fields = {
      name: 'p',
      match: [{ claim: 'sub' }, { claim: 'build_branch', value: 'a' }],
      permissions: [],
    }
    expect(await lookUp(pipeline(fields), 'pipeline', 'p')).toEqual({
      kind: 'unavailable',
      reason: [
        'pipeline.profiles.0.match.0.claim: expected a claim that a configured issuer allows in rules, but got "sub"',
        'pipeline.profiles.0.match.0: expected either value or valuePattern',
        'pipeline.profiles.0.permissions: expected at least one permission',
      ].join('; '),
    })
  })
})

describe('a name that several profiles have', () => {
  const several = (count: number) =>
    pipeline(...Array.from({ length: count }, () => profile({})), profile({ name: 'good' }))
  test('makes all of them unavailable, and is reported for each', async () => {
    const file = await readProfiles(several(2))
    const fault = (index: number, other: number) => ({
      path: `pipeline.profiles.${index}.name`,
      profile: 'p',
      expected: `a name that no other profile has, but there is pipeline.profiles.${other}`,
      costs: 'profile',
    })
    expect(file.faults).toEqual([fault(0, 1), fault(1, 0)])
    expect(file.lookup('pipeline', 'p').kind).toBe('unavailable')
    expect(file.lookup('pipeline', 'good').kind).toBe('found')
  })
  test('is told of three with one of the others', async () => {
    const { faults } = await readProfiles(several(3))
    expect(faults.map(({ expected }) => expected)).toEqual([
      'a name that no other profile has, but there is pipeline.profiles.1 and 1 more',
      'a name that no other profile has, but there is pipeline.profiles.0 and 1 more',
      'a name that no other profile has, but there is pipeline.profiles.0 and 1 more',
    ])
  })
  test.each([
    ['first', [profile({ permissions: [] }), profile({})]],
    ['last', [profile({}), profile({ permissions: [] })]],
  ])('counts although the %s of them is faulty by itself', async (_, profiles) => {
    expect((await lookUp(pipeline(...profiles), 'pipeline', 'p')).kind).toBe('unavailable')
  })
  test('is none between a pipeline and an organization profile', async () => {
    const file = await readProfiles({
      ...pipeline(profile({})),
      ...organization(profile({ repositories: ['a'] })),
    })
    expect(file.faults).toEqual([])
    expect(file.lookup('pipeline', 'p')).toMatchObject({ profile: { kind: 'pipeline' } })
    expect(file.lookup('organization', 'p')).toMatchObject({ profile: { kind: 'organization' } })
  })
  test('is none where upper and lower case differ', async () => {
    const file = await readProfiles(pipeline(profile({ name: 'a' }), profile({ name: 'A' })))
    expect(file.faults).toEqual([])
  })
})
