/** `accounts create|set`: who owns clients and tokens, and on which rate tier. */
import { accountStore } from '../../shared/stores/accounts.ts'
import { connectDynamoDb } from '../../shared/stores/dynamodb.ts'
import { CommandError } from './command-error.ts'
import type { CreateCommand } from './create.ts'
import { readConfig, readOutputsOf } from './deployed-config.ts'
import { deploymentFlags, given, parseFlags } from './flags.ts'
import { requireOutput } from './outputs.ts'

/**
 * @param args what follows `accounts create`
 * @throws CommandError when a flag is unknown or the id is missing
 */
export function accountsCreate(args: readonly string[]): CreateCommand {
  const { id, tier, flags } = readAccount(args, 'create')
  return { ...flags, data: { accounts: [given({ id, tier })] } }
}

/**
 * Moves an account to another tier.
 *
 * @param args what follows `accounts set`
 * @returns the account in the seed format
 * @throws CommandError when a flag is unknown, the id or the tier is missing, or there is no such account or tier
 */
export async function accountsSet(args: readonly string[]) {
  const { id, tier, flags } = readAccount(args, 'set')
  const config = readConfig(flags.config)
  const tiers = Object.keys(config.rateLimits.tiers)
  if (tier === undefined || !tiers.includes(tier))
    throw new CommandError(`accounts set takes --tier, one of ${tiers.join(', ')}`)
  const accounts = accountStore(
    connectDynamoDb(),
    requireOutput(readOutputsOf(config, flags), 'AccountsTable'),
  )
  if ((await accounts.setTier(id, tier)) === 'unknown') throw new CommandError(`there is no account ${id}`)
  return { accounts: [{ id, tier }] }
}

function readAccount(args: readonly string[], action: string) {
  const { values, positionals } = parseFlags(args, { tier: { type: 'string' } })
  const [id, ...more] = positionals
  if (id === undefined || more.length > 0) throw new CommandError(`accounts ${action} takes one account id`)
  return { id, tier: values.tier, flags: deploymentFlags(values) }
}
