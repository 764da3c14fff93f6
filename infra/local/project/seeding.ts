/** Filling the stack with data, through the same command line that serves a deployment. */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { writeFileAtomically } from '../files.ts'
import { runScript } from './child.ts'
import type { DataFolder } from './data-folder.ts'
import { cliScript } from './paths.ts'
import { mergeSeeds, parseSeed, readSeedFile, type SeedData } from './seed-file.ts'

/**
 * Seeds demo data once a data folder, and `seedFile` on top of it.
 *
 * @param config the configuration file
 * @param environment the operator's: endpoints, credentials, the stack's outputs
 * @returns all that was seeded into this data folder so far, generated values included
 * @throws LocalStackError with the command line's own words.
 */
export async function seed(
  data: DataFolder,
  config: string,
  environment: Readonly<Record<string, string>>,
  seedFile: string | undefined,
): Promise<SeedData> {
  let seeded = existsSync(data.demo)
    ? parseSeed(readFileSync(data.demo, 'utf8'), data.demo)
    : await seedDemo(data, config, environment)
  if (seedFile !== undefined)
    seeded = mergeSeeds(seeded, await runSeed(seedFile, readSeedFile(seedFile), config, environment))
  writeSeed(data.demo, seeded)
  return seeded
}

/** The demo data is written down once all of it is in the tables, so that a broken start begins anew. */
async function seedDemo(
  data: DataFolder,
  config: string,
  environment: Readonly<Record<string, string>>,
): Promise<SeedData> {
  const demo = parseSeed(
    await runScript(cliScript, ['demo', '--config', config], environment),
    'the demo data',
  )
  const file = `${data.demo}.seed`
  writeSeed(file, demo)
  try {
    return await runSeed(file, demo, config, environment)
  } finally {
    rmSync(file)
  }
}

async function runSeed(
  file: string,
  given: SeedData,
  config: string,
  environment: Readonly<Record<string, string>>,
): Promise<SeedData> {
  const made = await runScript(cliScript, ['seed', file, '--config', config], environment)
  return mergeSeeds(given, parseSeed(made, `what was made of ${file}`))
}

export function writeSeed(file: string, data: SeedData): void {
  writeFileAtomically(file, `${JSON.stringify(data, null, 2)}\n`)
}
