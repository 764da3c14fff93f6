/** The environment of `npm start`, read into the options of a local stack. */
import { existsSync, readdirSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { CiServers } from '../ci-vendor/ci-vendor.ts'
import { LocalStackError } from '../errors.ts'
import type { LocalStackOptions } from '../stack.ts'
import { defaultLocalFolder, presetsFolder, projectRoot } from './paths.ts'

type Environment = Readonly<Record<string, string | undefined>>

export type StartOptions = Omit<LocalStackOptions, 'log'> & { readonly localFolder: string }

/** @throws LocalStackError naming the variable that makes no sense. */
export function readOptions(environment: Environment): StartOptions {
  const { PORT = '3000', EDGE, STAGE_PATH, SEED, FRESH, LOCAL_DIR } = environment
  const config = configFile(environment)
  const localFolder = resolve(projectRoot, LOCAL_DIR ?? defaultLocalFolder)
  if (EDGE !== undefined && EDGE !== '' && EDGE !== 'none')
    throw new LocalStackError(`EDGE takes only "none", not ${EDGE}`)
  return {
    port: portOf(PORT),
    config,
    edge: EDGE !== 'none',
    dataDir: join(localFolder, 'data', basename(config).replace(/\.ya?ml$/, '')),
    fresh: FRESH !== undefined && FRESH !== '' && FRESH !== '0',
    localFolder,
    ...(STAGE_PATH === undefined || STAGE_PATH === '' ? {} : { stagePath: stagePathOf(STAGE_PATH) }),
    ciServers: ciServersOf(environment),
    ...(SEED === undefined || SEED === '' ? {} : { seed: resolve(SEED) }),
  }
}

function configFile({ PRESET, CONFIG }: Environment): string {
  if (CONFIG) {
    if (PRESET) throw new LocalStackError('set either PRESET or CONFIG, not both')
    const file = resolve(CONFIG)
    if (!existsSync(file)) throw new LocalStackError(`CONFIG: there is no file ${CONFIG}`)
    return file
  }
  const name = PRESET || 'default'
  const known = readdirSync(presetsFolder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => basename(file, '.yaml'))
  if (!known.includes(name))
    throw new LocalStackError(`PRESET: there is no preset ${name}; known are ${known.sort().join(', ')}`)
  return join(presetsFolder, `${name}.yaml`)
}

function ciServersOf({ GITHUB_API_URL, BUILDKITE_API_URL }: Environment): CiServers {
  return {
    ...(GITHUB_API_URL && { githubApiUrl: GITHUB_API_URL }),
    ...(BUILDKITE_API_URL && { buildkiteApiUrl: BUILDKITE_API_URL }),
  }
}

function portOf(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new LocalStackError(`PORT takes a number from 0 to 65535, not ${text}`)
  return port
}

function stagePathOf(text: string): string {
  if (!/^\/?[A-Za-z0-9_-]{1,128}$/.test(text)) {
    throw new LocalStackError(
      `STAGE_PATH takes one path segment of letters, digits, - and _, such as /prod, not ${text}`,
    )
  }
  return text
}
