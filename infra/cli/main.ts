/**
 * The operator's command line, `npm run scrip -- COMMAND`.
 *
 * Data goes to standard output as JSON, remarks to standard error; 0 is success, 1 a fault that is told.
 */
import { parseArgs } from 'node:util'
import { FaultyFile } from '../../shared/config/faults.ts'
import { parseConfig } from '../../shared/config/parse.ts'
import type { Config } from '../../shared/config/types.ts'
import { CommandError } from './command-error.ts'
import { demoSeed } from './demo.ts'
import { readOutputs } from './outputs.ts'
import { readText } from './read-text.ts'
import { seed } from './seed.ts'
import { checkSeed } from './seed-file.ts'

const usage = `usage: npm run scrip -- COMMAND

  seed FILE [--outputs FILE] [--config FILE]
      puts accounts and clients from a JSON file into a deployment, and prints
      what it made, generated secrets included; what exists is left as it is
  demo [--config FILE]
      prints seed data to try a deployment with

  --outputs FILE   what \`npx cdk deploy --outputs-file FILE\` wrote
  --config FILE    the deployment's configuration (infra/presets/default.yaml)`

const defaultConfig = 'infra/presets/default.yaml'

async function run(): Promise<void> {
  const { values, positionals } = readArguments()
  const [command, file, ...more] = positionals
  if (more.length > 0) throw new CommandError(usage)
  const config = readConfig(values.config ?? defaultConfig)
  if (command === 'demo' && file === undefined) return print(demoSeed(config))
  if (command === 'seed' && file !== undefined) {
    const data = checkSeed(readJson(file), file, config)
    const { made, existing } = await seed(data, readOutputs(values.outputs, process.env))
    for (const name of existing) console.error(`${name} exists already and is left as it is`)
    return print(made)
  }
  throw new CommandError(usage)
}

function readArguments() {
  try {
    return parseArgs({
      options: { config: { type: 'string' }, outputs: { type: 'string' } },
      allowPositionals: true,
    })
  } catch (error) {
    throw new CommandError(`${error instanceof Error ? error.message : error}\n\n${usage}`)
  }
}

function readConfig(file: string): Config {
  return parseConfig(readText(file), file)
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readText(file))
  } catch (error) {
    if (error instanceof CommandError) throw error
    throw new CommandError(`${file} is not JSON`)
  }
}

function print(data: unknown): void {
  console.log(JSON.stringify(data, null, 2))
}

try {
  await run()
} catch (error) {
  if (!(error instanceof CommandError || error instanceof FaultyFile)) throw error
  console.error(error.message)
  process.exitCode = 1
}
