import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../../../shared/protocol/hash.ts'
import { FaultyProfileFile } from '../../../shared/vending/profiles/faults.ts'
import type { Profile, ProfileKind } from '../../../shared/vending/types.ts'
import { onlyProfile, organization, readProfiles } from '../../support/profile-files.ts'

describe('the digest', () => {
  const digestOf = async (kind: ProfileKind, fields: object) => {
    const { digest } = await onlyProfile(kind, fields)
    return digest
  }
  const base = { match: [{ claim: 'build_branch', value: 'main' }], permissions: ['contents:read'] }

  test('is SHA-256 of canonical JSON of rules, repositories and permissions', async () => {
    expect(await digestOf('pipeline', base)).toBe(
      sha256(
        '{"permissions":["contents:read"],"repositories":{"kind":"pipeline"},' +
          '"rules":[{"claim":"build_branch","expected":{"kind":"value","value":"main"}}]}',
      ),
    )
  })
  test('does not depend on how the file writes it', async () => {
    const others = [
      { ...base, name: 'p' },
      { permissions: ['contents:read', 'contents:read'], match: [{ value: 'main', claim: 'build_branch' }] },
    ]
    for (const other of others)
      expect(await digestOf('pipeline', other)).toBe(await digestOf('pipeline', base))
  })
  test.each([
    { ...base, permissions: ['contents:write'] },
    { ...base, match: [] },
    { ...base, match: [{ claim: 'build_branch', value: 'develop' }] },
    { ...base, match: [{ claim: 'build_branch', valuePattern: 'main' }] },
    { ...base, match: [{ claim: 'pipeline_slug', value: 'main' }] },
    { ...base, match: [...base.match, ...base.match] },
  ])('is another for %j', async (fields) => {
    expect(await digestOf('pipeline', fields)).not.toBe(await digestOf('pipeline', base))
  })
  test('is another for other repositories', async () => {
    const lists = [['a'], ['b'], ['a', 'b'], ['{{all-repositories}}'], ['{{caller-scoped-repository}}']]
    const digests = await Promise.all(lists.map((repositories) => digestOf('organization', { repositories })))
    expect(new Set([...digests, await digestOf('pipeline', {})]).size).toBe(lists.length + 1)
  })
})

describe('properties', () => {
  const word = fc.oneof(
    fc.constantFrom('name', 'match', 'permissions', 'repositories', 'claim', 'value', 'valuePattern'),
    fc.constantFrom(
      'pipeline',
      'organization',
      'defaults',
      'profiles',
      '__proto__',
      'constructor',
      'default',
    ),
    fc.constantFrom('contents:read', 'build_branch', 'main', '{{all-repositories}}', '(', ''),
    fc.string({ unit: 'binary', maxLength: 8 }),
  )
  const { node } = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 7 },
      word,
      fc.constantFrom(null, true, 0, -1, 1.5),
      fc.array(tie('node'), { maxLength: 4 }),
      fc.dictionary(word, tie('node'), { maxKeys: 4 }),
    ),
  }))
  const fileLike = fc.oneof(
    node,
    fc.record({
      pipeline: fc.record({ defaults: node, profiles: fc.array(node) }, { requiredKeys: [] }),
      organization: fc.record({ profiles: fc.array(node) }, { requiredKeys: [] }),
    }),
    fc
      .array(
        fc.record(
          { name: word, match: node, repositories: fc.array(word), permissions: fc.array(word) },
          { requiredKeys: [] },
        ),
      )
      .map((profiles) => organization(...profiles)),
  )

  test('whatever the data, reading it gives a file or its one error, and every lookup an outcome', async () => {
    await fc.assert(
      fc.asyncProperty(fileLike, word, async (data, name) => {
        const file = await readProfiles(data).catch((error: unknown) => error)
        if (file instanceof Error) {
          expect(file).toBeInstanceOf(FaultyProfileFile)
          return
        }
        const { lookup } = file as Awaited<ReturnType<typeof readProfiles>>
        expect(lookup('pipeline', 'default').kind).toBe('found')
        expect(['found', 'unknown', 'unavailable']).toContain(lookup('organization', name).kind)
      }),
      { numRuns: 1000 },
    )
  })
  test('a profile that is found has permissions and repositories, those of its one entry', async () => {
    const names = ['a', 'b']
    const entry = fc.record({
      name: fc.constantFrom(...names),
      repositories: fc.oneof(
        fc.array(fc.constantFrom('x', 'y', 'z'), { maxLength: 3 }),
        fc.array(fc.constantFrom('x', 'o/x', '{{all-repositories}}'), { maxLength: 2 }),
      ),
      permissions: fc.oneof(
        fc.array(fc.constantFrom('contents:read', 'issues:write'), { maxLength: 2 }),
        fc.array(fc.constantFrom('contents:read', 'contents:write', 'nope:read'), { maxLength: 2 }),
      ),
    })
    const found: Profile[] = []
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 3 }), async (profiles) => {
        const file = await readProfiles(organization(...profiles))
        for (const name of names) {
          const outcome = file.lookup('organization', name)
          if (outcome.kind !== 'found') continue
          found.push(outcome.profile)
          const { repositories, permissions } = outcome.profile
          const [only, ...more] = profiles.filter((profile) => profile.name === name)
          expect(more).toEqual([])
          expect(only?.permissions).toEqual(expect.arrayContaining([...permissions]))
          expect(permissions.length).toBeGreaterThan(0)
          const covered = repositories.kind === 'named' ? repositories.names : ['{{all-repositories}}']
          expect(covered.length).toBeGreaterThan(0)
          expect(new Set(only?.repositories)).toEqual(new Set(covered))
        }
      }),
      { numRuns: 500 },
    )
    expect(found.length).toBeGreaterThan(20)
  })
})
