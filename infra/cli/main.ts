/**
 * The operator's command line, `npm run scrip -- COMMAND`.
 *
 * Data goes to standard output as JSON, remarks to standard error; 0 is success, 1 a fault that is told.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { FaultyFile } from '../../shared/config/faults.ts'
import { vendIssuer } from '../../shared/vending/issuers/presets.ts'
import { accountsCreate, accountsSet } from './accounts.ts'
import { CommandError } from './command-error.ts'
import { type CreateCommand, clientsCreate, usersCreate } from './create.ts'
import { demoSeed } from './demo.ts'
import { readConfig, readOutputsOf } from './deployed-config.ts'
import { type DeploymentFlags, deploymentFlags } from './flags.ts'
import { profilesCommand } from './profiles-command.ts'
import { readText } from './read-text.ts'
import { seed } from './seed.ts'
import { checkSeed } from './seed-file.ts'
import { tokenCommands } from './tokens.ts'

const usage = `usage: npm run scrip -- COMMAND

  seed FILE
      puts accounts, users, clients and API tokens from a JSON file into a
      deployment, and prints what it made, generated secrets included; what
      exists stays as it is
  accounts create ID [--tier NAME]
      makes an account, which owns clients and API tokens; without --tier it is
      on the default tier
  accounts set ID --tier NAME
      moves an account to another rate tier
  users create USERNAME [--password-stdin] [--account ID] [--name NAME] [--email ADDRESS]
      makes a user; without --password-stdin it makes a password and prints it
  clients create NAME --grant GRANT_TYPE… --scope 'SCOPE…' [--redirect-uri URI…]
      [--account ID] [--uri URL] [--public] [--first-party] [--introspect-audience AUD]
      registers a client and prints its client_id and client_secret
  tokens create NAME --account ID --scope 'SCOPE…' [--expires-in DAYS]
      makes an API token and prints it, this once
  tokens list --account ID
      prints an account's API tokens, newest first, those that ended included
  tokens revoke ID --account ID
      ends an API token for good; its ID is the one that tokens list tells
  tokens rotate ID --account ID
      ends a live API token and prints the new one in its place
  profiles check FILE
      tells every fault of a profile file, by the issuers of --config, or by the
      claims of all known CI vendors
  profiles explain FILE --claims CLAIMS.json --profile NAME [--organization-profile]
      shows rule by rule why a CI token with these claims would pass or not; with
      --config also whether its issuer and audience are taken, its times aside
  demo
      prints seed data to try a deployment with

  --outputs FILE   what \`npx cdk deploy --outputs-file FILE\` wrote
  --config FILE    the deployment's configuration (infra/presets/default.yaml);
                   tokens list and revoke ask for none`

async function run([command, ...args]: readonly string[]): Promise<void> {
  const [action, ...rest] = args
  if (command === 'accounts' && action === 'create') return create(accountsCreate(rest))
  if (command === 'accounts' && action === 'set') return print(await accountsSet(rest))
  if (command === 'users' && action === 'create') return create(usersCreate(rest, readPassword))
  if (command === 'clients' && action === 'create') return create(clientsCreate(rest))
  const tokenCommand = command === 'tokens' ? tokenCommands.get(action ?? '') : undefined
  if (tokenCommand) return print(await tokenCommand(rest))
  if (command === 'profiles') return profilesCommand(args, { usage, readText, readJson, readIssuers })
  const { values, positionals } = readArguments(args)
  const [file, ...more] = positionals
  if (command === 'demo' && file === undefined) return print(demoSeed(readConfig(values.config)))
  if (command === 'seed' && file !== undefined && more.length === 0)
    return make(readJson(file), file, deploymentFlags(values))
  throw new CommandError(usage)
}

async function create({ data, ...flags }: CreateCommand): Promise<void> {
  await make(data, 'what to create', flags)
}

async function make(data: unknown, source: string, flags: DeploymentFlags) {
  const config = readConfig(flags.config)
  const checked = checkSeed(data, source, config)
  const { made, existing, refused } = await seed(checked, readOutputsOf(config, flags), config)
  for (const name of existing) console.error(`${name} exists already and is left as it is`)
  for (const remark of refused) console.error(remark)
  if (refused.length > 0) process.exitCode = 1
  const lists = Object.entries(made).filter(([, records]) => records.length > 0)
  print(Object.fromEntries(lists))
}

/** One line of standard input, without its end. */
function readPassword(): string {
  return readFileSync(0, 'utf8').replace(/\r?\n$/, '')
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { config: { type: 'string' }, outputs: { type: 'string' } },
      allowPositionals: true,
    })
  } catch (error) {
    throw new CommandError(`${error instanceof Error ? error.message : error}\n\n${usage}`)
  }
}

function readIssuers(file: string) {
  const { vend } = readConfig(file)
  if (!vend) throw new CommandError(`${file} has no vend, so that no profile is ever asked for`)
  return vend.issuers.map(vendIssuer)
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
  await run(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof CommandError || error instanceof FaultyFile)) throw error
  console.error(error.message)
  process.exitCode = 1
}
