/** The arguments of `profiles check` and `profiles explain`, and their files. */
import { parseArgs } from 'node:util'
import type { VendIssuer } from '../../shared/config/vend-types.ts'
import { FaultyProfileFile } from '../../shared/vending/profiles/faults.ts'
import { CommandError } from './command-error.ts'
import { checkProfiles, explain, tellFaults } from './profiles.ts'

export interface ProfilesReaders {
  readonly usage: string
  readText(file: string): string
  readJson(file: string): unknown
  /** The issuers of the file that `--config` names. */
  readIssuers(config: string): readonly VendIssuer[]
}

/**
 * Runs `profiles …` and prints its report.
 *
 * @throws CommandError for a fault of the arguments, and for every fault of the profile file
 */
export async function profilesCommand(args: readonly string[], readers: ProfilesReaders): Promise<void> {
  const [action, ...rest] = args
  const { values, positionals } = parse(rest, readers.usage)
  const { config, claims, profile, 'organization-profile': isOrganization } = values
  const [file, ...more] = positionals
  if (file === undefined || more.length > 0) throw new CommandError(readers.usage)
  const explains = claims !== undefined && profile !== undefined
  if (action === 'check' && claims === undefined && profile === undefined && isOrganization === undefined)
    return check(file, readers, config)
  if (action !== 'explain' || !explains) throw new CommandError(readers.usage)
  const kind = isOrganization ? 'organization' : 'pipeline'
  const question = { kind, profile, claims: readClaims(claims, readers) } as const
  console.log(
    await telling(file, () => explain(readers.readText(file), question, issuersOf(config, readers))),
  )
}

async function check(file: string, readers: ProfilesReaders, config: string | undefined): Promise<void> {
  const faults = await checkProfiles(readers.readText(file), issuersOf(config, readers))
  if (faults.length > 0) throw new CommandError(tellFaults(file, faults))
  console.log(`${file}: no faults`)
}

function issuersOf(config: string | undefined, { readIssuers }: ProfilesReaders) {
  return config === undefined ? undefined : readIssuers(config)
}

function parse(args: readonly string[], usage: string) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        config: { type: 'string' },
        claims: { type: 'string' },
        profile: { type: 'string' },
        'organization-profile': { type: 'boolean' },
      },
      allowPositionals: true,
    })
  } catch (error) {
    throw new CommandError(`${error instanceof Error ? error.message : error}\n\n${usage}`)
  }
}

function readClaims(file: string, { readJson }: ProfilesReaders): Readonly<Record<string, unknown>> {
  const claims = readJson(file)
  if (typeof claims === 'object' && claims !== null && !Array.isArray(claims)) return { ...claims }
  throw new CommandError(`${file} is not a JSON object of claims`)
}

async function telling(file: string, report: () => Promise<string>): Promise<string> {
  try {
    return await report()
  } catch (error) {
    if (error instanceof FaultyProfileFile) throw new CommandError(tellFaults(file, error.faults))
    throw error
  }
}
