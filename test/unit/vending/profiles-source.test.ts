import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  type LastGoodFiles,
  ProfilesUnavailable,
  remoteProfiles,
} from '../../../shared/vending/profiles/source.ts'
import { ServiceFailure } from '../../../shared/vending/service-failure.ts'
import { virtualTime } from '../../support/virtual-time.ts'

const T0 = 1_700_000_000_000
const MINUTE = 60_000
const SOURCE = 'https://api.github.com acme:profiles:ci/profiles.yaml'
const STALE = 'the profile file could not be read; using the last good one'
const away = new ServiceFailure('GitHub', 'unavailable', 'GET /repos: ECONNREFUSED')

/** A file whose only profile has this name. */
const fileWith = (name: string) =>
  `pipeline: { profiles: [{ name: ${name}, permissions: ["contents:read"] }] }`

/** What rests in the table, for all environments. */
function tableWith(text?: string) {
  const saved: (readonly unknown[])[] = []
  let kept = text === undefined ? undefined : { text, readAt: T0 / 1000 }
  const lastGood: LastGoodFiles = {
    find: async (source) => (source === SOURCE ? kept : undefined),
    async save(...[source, changed, readAt]) {
      saved.push([source, changed, readAt])
      kept = { text: changed, readAt }
    },
  }
  return { lastGood, saved }
}

/** A Lambda environment that has just been started: GitHub gives `github.file`, or fails with it. */
function coldStart(file: string | Error, lastGood = tableWith().lastGood) {
  const time = virtualTime(T0)
  /** What it gives, how long that takes on the clock, and whether it ever does. */
  const github: { file: string | Error; takes: number; hangs: boolean } = { file, takes: 0, hangs: false }
  const deadlines: number[] = []
  const warned: (readonly string[])[] = []
  const profiles = remoteProfiles({
    source: SOURCE,
    async read(deadline) {
      deadlines.push(deadline - time.now())
      if (github.hangs) await new Promise(() => undefined)
      time.leap(github.takes)
      if (github.file instanceof Error) throw github.file
      return github.file
    },
    lastGood,
    allowedClaims: ['pipeline_slug'],
    time,
    warn: (...line) => warned.push(line),
  })
  const request = (within = 10_000) => profiles(time.now() + within)
  return {
    time,
    github,
    warned,
    request,
    /** What each reading was given, in milliseconds; one for each. */
    deadlines,
    /** Whether a request finds a profile of this name. */
    finds: async (name: string) => (await request()).lookup('pipeline', name).kind === 'found',
  }
}

describe('a file on GitHub', () => {
  test('is read once in five minutes, within a request', async () => {
    const { github, time, finds, deadlines } = coldStart(fileWith('old'))
    expect(await finds('old')).toBe(true)
    github.file = fileWith('new')
    time.leap(5 * MINUTE - 1)
    expect([await finds('new'), deadlines.length]).toEqual([false, 1])
    time.leap(1)
    expect([await finds('new'), await finds('old'), deadlines.length]).toEqual([true, false, 2])
  })

  test('has two seconds to be read, and no longer than the request has', async () => {
    const { time, request, deadlines } = coldStart(fileWith('one'))
    await request(10_000)
    time.leap(5 * MINUTE)
    await request(700)
    expect(deadlines).toEqual([2_000, 700])
  })

  test('a request keeps the file that it began with while another one reads a newer', async () => {
    const { github, time, request, finds } = coldStart(fileWith('old'))
    const begun = await request()
    github.file = fileWith('new')
    time.leap(5 * MINUTE)
    expect(await finds('new')).toBe(true)
    expect(['old', 'new'].map((name) => begun.lookup('pipeline', name).kind)).toEqual(['found', 'unknown'])
  })

  test('tells of a faulty profile once, and not each time that the file is read', async () => {
    const faulty = 'pipeline: { profiles: [{ name: broken, permissions: ["contents:admin"] }] }'
    const { time, request, warned } = coldStart(faulty)
    await request()
    time.leap(5 * MINUTE)
    await request()
    expect(warned).toEqual([
      [
        'a profile is not available',
        'broken pipeline.profiles.0.permissions.0: expected contents:read or contents:write, but got "contents:admin"',
      ],
    ])
  })
})

describe('what is wrong with a file', () => {
  test('is told with every fault, since whoever wrote it reads nothing else', async () => {
    const names = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight']
    const faulty = `pipeline: { ${names.map((name) => `misspelled_setting_${name}: 1`).join(', ')} }`
    const { request, warned } = coldStart(faulty)
    await expect(request()).rejects.toThrow(ProfilesUnavailable)
    for (const name of names) expect(warned[0]?.[1]).toContain(`pipeline.misspelled_setting_${name}`)
  })

  test('rings no alarm where it costs nothing: the entry `default` is ignored', async () => {
    const ignored = 'pipeline: { profiles: [{ name: default, permissions: ["contents:write"] }] }'
    const { finds, warned } = coldStart(ignored)
    expect(await finds('default')).toBe(true)
    expect(warned.map(([message]) => message)).toEqual(['an entry of the profile file is ignored'])
  })
})

describe('a profile whose pattern does not compile', () => {
  const rule = '{ claim: pipeline_slug, valuePattern: "a)|(" }'
  const file = `pipeline: { profiles: [{ name: odd, match: [${rule}], permissions: ["contents:read"] }] }`
  const told = [
    'a profile is not available',
    expect.stringMatching(
      /^odd pipeline\.profiles\.0\.match\.0\.valuePattern: expected an RE2 pattern, but: /,
    ),
  ]

  test('is told of when it is first asked for, once for the environment', async () => {
    const { time, finds, warned } = coldStart(file)
    await finds('default')
    expect(warned).toEqual([])
    for (const minutes of [0, 0, 5]) {
      time.leap(minutes * MINUTE)
      expect(await finds('odd')).toBe(false)
    }
    expect(warned).toEqual([told])
  })
})

describe('while the file cannot be had', () => {
  test('the last good one in memory serves, and GitHub is asked every 30 seconds', async () => {
    const { github, time, finds, warned, deadlines } = coldStart(fileWith('good'))
    await finds('good')
    github.file = away
    time.leap(5 * MINUTE)
    expect([await finds('good'), deadlines.length]).toEqual([true, 2])
    expect(warned).toEqual([[STALE, 'GitHub: GET /repos: ECONNREFUSED']])
    time.leap(29_999)
    expect([await finds('good'), deadlines.length]).toEqual([true, 2])
    github.file = fileWith('new')
    time.leap(1)
    expect([await finds('new'), deadlines.length]).toEqual([true, 3])
  })

  test('a file that is faulty as a whole does not take its place', async () => {
    const { lastGood, saved } = tableWith()
    const { github, time, finds, warned } = coldStart(fileWith('good'), lastGood)
    await finds('good')
    github.file = 'pipelines: {}'
    time.leap(5 * MINUTE)
    expect(await finds('good')).toBe(true)
    expect(warned).toEqual([
      [
        STALE,
        'FaultyProfileFile: the profile file cannot be used: pipelines: expected no such setting; is it misspelled?',
      ],
    ])
    expect(saved).toHaveLength(1)
  })

  test('a cold start finds the last good one in the table, and asks GitHub again after 30 seconds', async () => {
    const { lastGood, saved } = tableWith(fileWith('kept'))
    const { github, time, finds, warned, deadlines } = coldStart(away, lastGood)
    expect(await finds('kept')).toBe(true)
    expect(warned).toEqual([[STALE, 'GitHub: GET /repos: ECONNREFUSED']])
    github.file = fileWith('new')
    time.leap(29_999)
    expect([await finds('kept'), deadlines.length]).toEqual([true, 1])
    time.leap(1)
    expect([await finds('new'), saved.length]).toEqual([true, 1])
  })

  test.each([
    { what: 'and none was ever kept', lastGood: tableWith().lastGood, warned: [] },
    {
      what: 'and the table cannot be read',
      lastGood: { ...tableWith().lastGood, find: () => Promise.reject(new Error('no table')) },
      warned: [['the last good profile file could not be used', 'Error: no table']],
    },
    {
      what: 'and what was kept cannot be used any more',
      lastGood: tableWith('pipelines: {}').lastGood,
      warned: [
        [
          'the last good profile file could not be used',
          'FaultyProfileFile: the profile file cannot be used: pipelines: expected no such setting; is it misspelled?',
        ],
      ],
    },
  ])(
    '$what: there are no profiles, and GitHub is asked every 5 seconds',
    async ({ lastGood, warned: expected }) => {
      const { github, time, request, finds, warned, deadlines } = coldStart(away, lastGood)
      const unavailable = new ProfilesUnavailable('GitHub: GET /repos: ECONNREFUSED')
      await expect(request()).rejects.toEqual(unavailable)
      expect(warned).toEqual([[STALE, 'GitHub: GET /repos: ECONNREFUSED'], ...expected])
      github.file = fileWith('new')
      time.leap(4_999)
      await expect(request()).rejects.toEqual(unavailable)
      expect(deadlines).toHaveLength(1)
      time.leap(1)
      expect(await finds('new')).toBe(true)
    },
  )
})

describe('what is kept for a cold start', () => {
  test('is the file of each reading, with the second in which that began', async () => {
    const { lastGood, saved } = tableWith()
    const { github, time, request } = coldStart(fileWith('old'), lastGood)
    await request()
    github.file = fileWith('new')
    github.takes = 61_500
    time.leap(5 * MINUTE)
    await request(100_000)
    expect(saved).toEqual([
      [SOURCE, fileWith('old'), T0 / 1000],
      [SOURCE, fileWith('new'), T0 / 1000 + 300],
    ])
  })

  test('is no mistake that was taken back, though this environment never saw it', async () => {
    const { lastGood } = tableWith()
    const lasting = coldStart(fileWith('good'), lastGood)
    await lasting.request()
    await coldStart(fileWith('mistake'), lastGood).request()
    lasting.time.leap(5 * MINUTE)
    await lasting.request()
    const later = coldStart(away, lastGood)
    expect([await later.finds('good'), await later.finds('mistake')]).toEqual([true, false])
  })

  test('is tried again with the next reading, where it could not be', async () => {
    const { lastGood, saved } = tableWith()
    const failing = { ...lastGood, save: () => Promise.reject(new Error('throttled')) }
    const table = { ...failing }
    const { time, request, finds, warned } = coldStart(fileWith('one'), table)
    expect(await finds('one')).toBe(true)
    expect(warned).toEqual([['the profile file could not be kept', 'Error: throttled']])
    table.save = lastGood.save as typeof failing.save
    time.leap(5 * MINUTE)
    await request()
    expect(saved).toHaveLength(1)
  })

  test('is not what the table gave', async () => {
    const { lastGood, saved } = tableWith(fileWith('kept'))
    const { request } = coldStart(away, lastGood)
    await request()
    expect(saved).toEqual([])
  })
})

describe('whatever hangs costs a request two seconds at most', () => {
  const never = () => new Promise<never>(() => undefined)
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())

  test('the reading: the last good file serves', async () => {
    const { lastGood } = tableWith(fileWith('kept'))
    const { github, finds, warned } = coldStart(fileWith('new'), lastGood)
    github.hangs = true
    const found = finds('kept')
    await vi.advanceTimersByTimeAsync(1_999)
    expect(warned).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(await found).toBe(true)
    expect(warned).toEqual([[STALE, 'Error: the reading took too long']])
  })

  test('the writing: the file serves all the same', async () => {
    const { finds, warned } = coldStart(fileWith('new'), { ...tableWith().lastGood, save: never })
    const found = finds('new')
    await vi.advanceTimersByTimeAsync(1_500)
    expect(await found).toBe(true)
    expect(warned).toEqual([['the profile file could not be kept', 'Error: the writing took too long']])
  })
})
