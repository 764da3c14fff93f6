import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readOptions } from '../../../infra/local/project/options.ts'
import { presetsFolder, projectRoot } from '../../../infra/local/project/paths.ts'

describe('the environment', () => {
  test('may be empty', () => {
    expect(readOptions({})).toEqual({
      port: 3000,
      config: join(presetsFolder, 'default.yaml'),
      edge: true,
      dataDir: join(projectRoot, '.local/data/default'),
      fresh: false,
      ciServers: {},
      localFolder: join(projectRoot, '.local'),
    })
  })

  test('sets everything', () => {
    const environment = {
      PORT: '0',
      PRESET: 'buildr',
      EDGE: 'none',
      STAGE_PATH: '/live',
      SEED: '/data/seed.json',
      FRESH: '1',
      GITHUB_API_URL: 'http://127.0.0.1:4001',
      BUILDKITE_API_URL: 'http://127.0.0.1:4002',
      LOCAL_DIR: '/var/scrip',
    }
    expect(readOptions(environment)).toEqual({
      port: 0,
      config: join(presetsFolder, 'buildr.yaml'),
      edge: false,
      stagePath: '/live',
      seed: '/data/seed.json',
      fresh: true,
      ciServers: { githubApiUrl: 'http://127.0.0.1:4001', buildkiteApiUrl: 'http://127.0.0.1:4002' },
      dataDir: '/var/scrip/data/buildr',
      localFolder: '/var/scrip',
    })
  })

  test('names a configuration of one’s own, whose data rests apart', () => {
    const file = join(presetsFolder, 'default.yaml')
    const { config, dataDir } = readOptions({ CONFIG: file, LOCAL_DIR: '/l' })
    expect({ config, data: basename(dataDir) }).toEqual({ config: file, data: 'default' })
  })

  const faults: readonly [Record<string, string>, string | RegExp][] = [
    [{ PORT: 'http' }, 'PORT takes a number from 0 to 65535, not http'],
    [{ PORT: '70000' }, 'PORT takes a number from 0 to 65535, not 70000'],
    [{ PRESET: 'nope' }, /^PRESET: there is no preset nope; known are (\w+, )*default/],
    [{ CONFIG: '/nowhere.yaml' }, 'CONFIG: there is no file /nowhere.yaml'],
    [{ CONFIG: 'a', PRESET: 'b' }, 'set either PRESET or CONFIG, not both'],
    [{ EDGE: 'yes' }, 'EDGE takes only "none", not yes'],
    [{ STAGE_PATH: '/a/b' }, /^STAGE_PATH takes one path segment/],
  ]
  test.each(faults)('%o is refused', (environment, message) => {
    expect(() => readOptions(environment)).toThrow(message)
  })
})
