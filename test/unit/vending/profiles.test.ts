import { describe, expect, test } from 'vitest'
import {
  lookUp,
  onlyProfile,
  organization,
  pipeline,
  profile,
  readProfiles,
} from '../../support/profile-files.ts'

/** The example of the contract. */
const example = `
pipeline:
  defaults: { permissions: ["contents:read"] }     # this value when absent
  profiles:
    - name: release
      match:
        - { claim: pipeline_slug, value: silk-prod }
        - { claim: build_branch, valuePattern: "main|release/.*" }
      permissions: ["contents:write", "packages:write"]
organization:
  profiles:
    - name: shared-libs
      match: [{ claim: "agent_tag:queue", value: libs }]
      repositories: [linen, cotton]
      permissions: ["contents:read"]
    - { name: everything, repositories: ["{{all-repositories}}"], permissions: ["contents:read"] }
    - { name: one, repositories: ["{{caller-scoped-repository}}"], permissions: ["contents:read"] }
`
const digest = expect.stringMatching(/^[\w-]{43}$/)

describe('the example of the contract', () => {
  test.each([
    [
      'pipeline',
      'default',
      { rules: [], repositories: { kind: 'pipeline' }, permissions: ['contents:read'] },
    ],
    [
      'pipeline',
      'release',
      {
        rules: [
          { claim: 'pipeline_slug', expected: { kind: 'value', value: 'silk-prod' } },
          { claim: 'build_branch', expected: { kind: 'pattern', pattern: 'main|release/.*' } },
        ],
        repositories: { kind: 'pipeline' },
        permissions: ['contents:write', 'packages:write'],
      },
    ],
    [
      'organization',
      'shared-libs',
      {
        rules: [{ claim: 'agent_tag:queue', expected: { kind: 'value', value: 'libs' } }],
        repositories: { kind: 'named', names: ['cotton', 'linen'] },
        permissions: ['contents:read'],
      },
    ],
    [
      'organization',
      'everything',
      { rules: [], repositories: { kind: 'all' }, permissions: ['contents:read'] },
    ],
    ['organization', 'one', { rules: [], repositories: { kind: 'caller' }, permissions: ['contents:read'] }],
  ] as const)('has the %s profile %s', async (kind, name, rest) => {
    expect(await lookUp(example, kind, name)).toEqual({
      kind: 'found',
      profile: { kind, name, digest, ...rest },
    })
  })
  test('has no fault', async () => {
    expect((await readProfiles(example, 'now')).faults).toEqual([])
  })
  test.each([
    ['pipeline', 'nope'],
    ['pipeline', 'shared-libs'],
    ['organization', 'release'],
    ['organization', 'default'],
    ['pipeline', 'Release'],
    ['pipeline', 'release '],
    ['pipeline', ''],
    ['pipeline', 'constructor'],
    ['pipeline', '__proto__'],
    ['organization', 'toString'],
  ] as const)('has no %s profile %j', async (kind, name) => {
    expect(await lookUp(example, kind, name)).toEqual({ kind: 'unknown' })
  })
})

describe('the default profile', () => {
  const permissionsOf = async (file: unknown) => {
    const found = await lookUp(file, 'pipeline', 'default')
    return found.kind === 'found' ? found.profile.permissions : found
  }
  test.each([
    ['an empty mapping', {}],
    ['sections with nothing in them', 'pipeline:\norganization:'],
    ['a pipeline section with nothing said', { pipeline: {} }],
    ['fields with nothing in them', 'pipeline:\n  defaults:\n  profiles:'],
    ['defaults without permissions', { pipeline: { defaults: {} } }],
    ['an organization section alone', organization()],
  ])('is there, with contents:read, in a file of %s', async (_, file) => {
    expect(await permissionsOf(file)).toEqual(['contents:read'])
  })
  test('has the permissions that the file gives it', async () => {
    const permissions = ['pull_requests:write', 'contents:read']
    expect(await permissionsOf({ pipeline: { defaults: { permissions } } })).toEqual([
      'contents:read',
      'pull_requests:write',
    ])
  })

  test('ignores an entry of that name, and reports it with all that is wrong with it', async () => {
    const entry = { name: 'default', match: [{ claim: 'x', value: 'y' }], permissions: ['contents:write'] }
    const file = await readProfiles(pipeline(entry, profile({})))
    expect(file.faults).toEqual([
      {
        path: 'pipeline.profiles.0.name',
        profile: 'default',
        expected: 'another name: the default profile is what pipeline.defaults says; this is ignored',
        costs: 'nothing',
      },
      {
        path: 'pipeline.profiles.0.match',
        profile: 'default',
        expected: 'no match rules: the default profile is every pipeline’s',
        costs: 'nothing',
      },
      {
        path: 'pipeline.profiles.0.match.0.claim',
        profile: 'default',
        expected: 'a claim that a configured issuer allows in rules, but got "x"',
        costs: 'nothing',
      },
    ])
    expect(file.lookup('pipeline', 'default')).toEqual({
      kind: 'found',
      profile: {
        kind: 'pipeline',
        name: 'default',
        rules: [],
        repositories: { kind: 'pipeline' },
        permissions: ['contents:read'],
        digest,
      },
    })
    expect(file.lookup('pipeline', 'p').kind).toBe('found')
  })
  test('is there although two entries have its name, or one in the organization’s section', async () => {
    const entry = profile({ name: 'default' })
    const file = await readProfiles({
      ...pipeline(entry, entry),
      ...organization({ ...entry, repositories: ['a'] }),
    })
    expect(file.faults.map(({ path, costs }) => [path, costs])).toEqual([
      ['pipeline.profiles.0.name', 'nothing'],
      ['pipeline.profiles.1.name', 'nothing'],
      ['organization.profiles.0.name', 'nothing'],
    ])
    expect(file.lookup('pipeline', 'default').kind).toBe('found')
    expect(file.lookup('organization', 'default')).toEqual({ kind: 'unknown' })
  })
})

describe('a profile may have', () => {
  test.each([
    ['no rules', {}, { rules: [] }],
    ['an empty list of rules', { match: [] }, { rules: [] }],
    ['an empty value', { match: [{ claim: 'build_branch', value: '' }] }, { rules: [expect.anything()] }],
    [
      'permissions in any order',
      { permissions: ['issues:read', 'actions:write'] },
      { permissions: ['actions:write', 'issues:read'] },
    ],
    ['a permission twice', { permissions: ['issues:read', 'issues:read'] }, { permissions: ['issues:read'] }],
    // `write` contains `read`; both are there, so both are meant.
    [
      'a permission at both levels',
      { permissions: ['issues:write', 'issues:read'] },
      { permissions: ['issues:write'] },
    ],
    ['metadata alone', { permissions: ['metadata:read'] }, { permissions: ['metadata:read'] }],
    [
      'a permission that is only ever written',
      { permissions: ['workflows:write'] },
      { permissions: ['workflows:write'] },
    ],
    ['permissions of an organization', { permissions: ['members:read'] }, { permissions: ['members:read'] }],
  ])('%s', async (_, fields, expected) => {
    const found = await onlyProfile('pipeline', fields)
    expect(found).toEqual({
      kind: 'pipeline',
      name: 'p',
      rules: [],
      repositories: { kind: 'pipeline' },
      permissions: ['contents:read'],
      digest,
      ...expected,
    })
  })
  test.each([
    'a',
    'a'.repeat(100),
    'Ünïcode-😀',
    '__proto__',
    'constructor',
    'hasOwnProperty',
    '0',
    'true',
    '..',
    '{{all-repositories}}',
  ])('the name %j', async (name) => {
    const file = await readProfiles(pipeline(profile({ name })))
    const found = file.lookup('pipeline', name)
    expect([file.faults, found.kind === 'found' && found.profile.name]).toEqual([[], name])
  })
  test('500 repositories, each once and in order', async () => {
    const names = Array.from({ length: 500 }, (_, index) => `repo-${999 - index}`)
    expect(await onlyProfile('organization', { repositories: names })).toMatchObject({
      repositories: { kind: 'named', names: names.toReversed() },
    })
    expect(await onlyProfile('organization', { repositories: ['b', 'a', 'b'] })).toMatchObject({
      repositories: { kind: 'named', names: ['a', 'b'] },
    })
  })
  test('rules that it shares with a thousand others by an anchor', async () => {
    const others = Array.from(
      { length: 999 },
      (_, index) => `    - { name: p${index}, match: *rules, permissions: ["contents:read"] }`,
    )
    const text = `pipeline:
  profiles:
    - name: p
      match: &rules [{ claim: build_branch, valuePattern: main }]
      permissions: ["contents:read"]
${others.join('\n')}`
    const file = await readProfiles(text)
    expect(file.faults).toEqual([])
    expect(file.lookup('pipeline', 'p998')).toMatchObject({
      kind: 'found',
      profile: { rules: [{ claim: 'build_branch' }] },
    })
  })
})
