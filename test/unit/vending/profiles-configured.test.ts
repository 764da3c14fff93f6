import { describe, expect, test, vi } from 'vitest'
import { configuredProfiles, ProfilesUnavailable } from '../../../shared/vending/profiles/source.ts'
import { organization, pipeline, profile } from '../../support/profile-files.ts'

vi.mock('yaml', () => {
  throw new Error('it takes 34 ms of a cold start, and there is no YAML to read')
})

/** Whether the engine of patterns has been asked for. */
const re2js = vi.hoisted(() => ({ isLoaded: false }))
vi.mock('re2js', async (original) => {
  re2js.isLoaded = true
  return original()
})

function configured(data: unknown) {
  const warned: (readonly string[])[] = []
  const warn = (...line: readonly [string, string]) => void warned.push(line)
  const profiles = configuredProfiles(data, { allowedClaims: ['pipeline_slug'], warn })
  const file = () => profiles(Date.now() + 10_000)
  return { file, warned }
}

describe('profiles that stand in the configuration', () => {
  test('are read once, without the parser of YAML, and without RE2 where no rule has a pattern', async () => {
    const { file, warned } = configured({
      pipeline: { defaults: { permissions: ['issues:read'] }, ...pipeline(profile({})).pipeline },
      ...organization(profile({ repositories: ['silk'] })),
    })
    const read = await file()
    expect([
      read.lookup('pipeline', 'p'),
      read.lookup('organization', 'p'),
      read.lookup('pipeline', 'default'),
      read.lookup('pipeline', 'other'),
    ]).toMatchObject([
      { kind: 'found', profile: { permissions: ['contents:read'] } },
      { kind: 'found', profile: { repositories: { kind: 'named', names: ['silk'] } } },
      { kind: 'found', profile: { permissions: ['issues:read'] } },
      { kind: 'unknown' },
    ])
    expect(await file()).toBe(read)
    expect(re2js.isLoaded).toBe(false)
    expect(warned).toEqual([])
  })

  test('are told of where one is faulty, and for its pattern when it is first asked for', async () => {
    const odd = { match: [{ claim: 'pipeline_slug', valuePattern: 'a)|(' }] }
    const { file, warned } = configured(pipeline(profile({ name: 'broken', permissions: [] }), profile(odd)))
    await file()
    expect([re2js.isLoaded, warned.length]).toEqual([true, 1])
    for (const _ of [1, 2]) expect((await file()).lookup('pipeline', 'p').kind).toBe('unavailable')
    const message = 'a profile is not available'
    expect(warned).toEqual([
      [message, 'broken pipeline.profiles.0.permissions: expected at least one permission'],
      [
        message,
        expect.stringMatching(
          /^p pipeline\.profiles\.1\.match\.0\.valuePattern: expected an RE2 pattern, but: /,
        ),
      ],
    ])
  })

  test('are none at all where the whole is faulty', async () => {
    const { file } = configured({ pipelines: {} })
    await expect(file()).rejects.toEqual(
      new ProfilesUnavailable(
        'FaultyProfileFile: the profile file cannot be used: pipelines: expected no such setting; is it misspelled?',
      ),
    )
  })
})
