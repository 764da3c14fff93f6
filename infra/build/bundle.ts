/**
 * Bundles every function into `dist/`, one folder each: that folder and the deployment's `config.json` are
 * the function's asset, in the cloud, in the local stack and in tests.
 */

import { randomUUID } from 'node:crypto'
import { globSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildResult, build, type Metafile } from 'esbuild'
import { bundleFaults, describeFault } from './bundle-rules.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The Lambda@Edge function is part of a construct rather than of the API, and lives with it. */
const edgeEntries = {
  'edge/restore-header': 'infra/constructs/edge/restore-header.ts',
}

/** Some packages of the AWS SDK and of middy still `require` Node's own modules. */
const requireBanner =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);"

/** One bundle that was built. */
export interface Bundle {
  /** Its folder under `dist/`, such as `functions/grants/client_credentials`. */
  readonly name: string
  readonly bytes: number
}

/** A bundle holds what it must not hold; the message names each import chain. */
export class BundleError extends Error {
  constructor(faults: readonly string[]) {
    super(`a bundle holds what no function may hold\n${faults.map((fault) => `  ${fault}`).join('\n')}`)
    this.name = 'BundleError'
  }
}

/**
 * Builds all functions.
 *
 * @throws BundleError when a bundle breaks `bundle-rules.ts`; nothing is written then
 */
export async function bundleFunctions(): Promise<Bundle[]> {
  const entries = findEntries()
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(Object.entries(entries).map(([name, file]) => [`${name}/index`, file])),
    outdir: 'dist',
    outExtension: { '.js': '.mjs' },
    write: false,
    metafile: true,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // ES modules first: esbuild shakes them, which takes a third off the AWS SDK.
    mainFields: ['module', 'main'],
    banner: { js: requireBanner },
    alias: {
      '@aws-sdk/credential-provider-node': join(root, 'infra/build/environment-credentials.ts'),
    },
    // Kept apart, and the bundle does not point to it: an asset has no map that could be loaded or leak.
    sourcemap: 'external',
    logLevel: 'silent',
  })
  const faults = Object.values(entries).flatMap((entry) => bundleFaults(metafile, entry).map(describeFault))
  if (faults.length > 0) throw new BundleError(faults)
  await writeBundles(outputFiles)
  await removeStrangers(Object.keys(entries))
  return sizes(metafile)
}

/** Each folder of `functions/` with an `index.ts`, by the folder its bundle goes to. */
function findEntries(): Record<string, string> {
  const files = globSync('functions/**/index.ts', { cwd: root })
  return {
    ...Object.fromEntries(files.sort().map((file) => [dirname(file), file])),
    ...edgeEntries,
  }
}

/**
 * Builds may run at the same time, beside a synthesis that reads their outcome: a file that is as it should be
 * is left alone, and another is replaced in one step.
 */
async function writeBundles(files: NonNullable<BuildResult['outputFiles']>): Promise<void> {
  await Promise.all(
    files.map(async ({ path, contents }) => {
      const file = path.endsWith('.map') ? sourceMapPath(path) : path
      const before = await readFile(file).catch(() => undefined)
      if (before?.equals(contents)) return
      await mkdir(dirname(file), { recursive: true })
      const unfinished = join(root, 'dist', randomUUID())
      await writeFile(unfinished, contents)
      await rename(unfinished, file)
    }),
  )
}

/** `dist/functions/token/index.mjs.map` rests at `dist/source-maps/functions/token/index.mjs.map`. */
function sourceMapPath(path: string): string {
  return join(root, 'dist/source-maps', relative(join(root, 'dist'), path))
}

/** Removes bundles whose function is gone: synth would still take them for real. */
async function removeStrangers(names: readonly string[]): Promise<void> {
  const built = globSync('dist/{functions,edge}/**/index.mjs', {
    cwd: root,
  }).map((file) => relative('dist', dirname(file)))
  await Promise.all(
    built
      .filter((name) => !names.includes(name))
      .flatMap((name) => [join(root, 'dist', name), join(root, 'dist/source-maps', name)])
      .map((folder) => rm(folder, { recursive: true, force: true })),
  )
}

function sizes({ outputs }: Metafile): Bundle[] {
  return Object.entries(outputs)
    .filter(([file]) => file.endsWith('.mjs'))
    .map(([file, { bytes }]) => ({
      name: relative('dist', dirname(file)),
      bytes,
    }))
}
