/** `tokens create|list|revoke|rotate`: the API tokens of an account, each named by its id as `list` tells it. */
import { type ApiTokenInfo, apiTokenInfo } from '../../shared/protocol/api-token.ts'
import { fromMilliseconds, type Seconds, seconds } from '../../shared/protocol/brands.ts'
import { accountStore } from '../../shared/stores/accounts.ts'
import { type ApiTokenStore, apiTokenStore } from '../../shared/stores/api-tokens.ts'
import { connectDynamoDb, type Database } from '../../shared/stores/dynamodb.ts'
import { InvalidApiTokenRequest, successorOf } from '../../shared/tokens/api-token.ts'
import { issueApiToken, OPERATOR, requireApiTokens } from './api-tokens.ts'
import { CommandError } from './command-error.ts'
import { readConfig, readOutputsOf } from './deployed-config.ts'
import { deploymentFlags, parseFlags } from './flags.ts'
import { type Outputs, readOutputs, requireOutput } from './outputs.ts'

/** What a command prints: `token` where one was made, this once. */
export interface ToldTokens {
  readonly api_tokens: readonly (ApiTokenInfo & { readonly token?: string })[]
}

type TokenCommand = (args: readonly string[]) => Promise<ToldTokens>

/** What may follow `tokens`. */
export const tokenCommands: ReadonlyMap<string, TokenCommand> = new Map(
  Object.entries({ create, list, revoke, rotate }),
)

async function create(args: readonly string[]): Promise<ToldTokens> {
  const { values, positionals } = parseFlags(args, {
    account: { type: 'string' },
    scope: { type: 'string' },
    'expires-in': { type: 'string' },
  })
  const name = only(positionals, 'tokens create takes one name, in quotes')
  const account = requireAccount(values.account)
  const expiresIn = values['expires-in'] === undefined ? {} : { expiresIn: days(values['expires-in']) }
  const scope = (values.scope ?? '').split(' ').filter((part) => part !== '')
  const flags = deploymentFlags(values)
  const config = readConfig(flags.config)
  const outputs = readOutputsOf(config, flags)
  const policy = requireApiTokens(config)
  const db = connectDynamoDb()
  if (!(await accountStore(db, requireOutput(outputs, 'AccountsTable')).find(account)))
    throw new CommandError(`there is no account ${account}`)
  const request = { account, name, scope, ...expiresIn }
  const made = await issueApiToken(request, policy, tokensOf(outputs, db), now()).catch(inWordsOfFlags)
  if (!made) throw new CommandError(`the account ${account} has as many live API tokens as it may have`)
  return { api_tokens: [{ ...apiTokenInfo(made.record), token: made.text }] }
}

async function list(args: readonly string[]): Promise<ToldTokens> {
  const { values, positionals } = parseFlags(args, { account: { type: 'string' } })
  if (positionals.length > 0) throw new CommandError('tokens list takes flags alone')
  const account = requireAccount(values.account)
  const store = tokensOf(readOutputs(values.outputs, process.env))
  return { api_tokens: (await store.list(account)).map(apiTokenInfo) }
}

async function revoke(args: readonly string[]): Promise<ToldTokens> {
  const { account, id, flags } = namedToken(args, 'revoke')
  const store = tokensOf(readOutputs(flags.outputs, process.env))
  const outcome = await store.revoke(account, id, now())
  if (outcome === 'unknown') throw unknownToken(account, id)
  if (outcome === 'already') console.error(`${id} ended before and is left as it is`)
  const ended = await store.find(id)
  return { api_tokens: ended ? [apiTokenInfo(ended)] : [] }
}

async function rotate(args: readonly string[]): Promise<ToldTokens> {
  const { account, id, flags } = namedToken(args, 'rotate')
  const config = readConfig(flags.config)
  const outputs = readOutputsOf(config, flags)
  const policy = requireApiTokens(config)
  const at = now()
  const rotation = await tokensOf(outputs).rotate(account, id, at, (old) =>
    successorOf(old, OPERATOR, policy, at),
  )
  if (rotation.outcome === 'unknown') throw unknownToken(account, id)
  if (rotation.outcome !== 'rotated')
    throw new CommandError(
      `${id} ${rotation.outcome === 'expired' ? 'has expired' : 'was revoked'}: create another`,
    )
  const { record, text } = rotation.successor
  return { api_tokens: [{ ...apiTokenInfo({ ...record, replaces: id }), token: text }] }
}

/** An id is base64url, and one in 64 begins as a flag does: those are told by their length. */
function namedToken(args: readonly string[], action: string) {
  const looksLikeFlag = (arg: string) => /^-[\w-]{42}$/.test(arg)
  const { values, positionals } = parseFlags(
    args.filter((arg) => !looksLikeFlag(arg)),
    { account: { type: 'string' } },
  )
  const ids = [...args.filter(looksLikeFlag), ...positionals]
  const id = only(ids, `tokens ${action} takes one id, as tokens list tells it`)
  return { account: requireAccount(values.account), id, flags: deploymentFlags(values) }
}

function tokensOf(outputs: Outputs, db: Database = connectDynamoDb()): ApiTokenStore {
  return apiTokenStore(db, requireOutput(outputs, 'TokensTable'))
}

function only([first, ...more]: readonly string[], otherwise: string): string {
  if (first === undefined || more.length > 0) throw new CommandError(otherwise)
  return first
}

function requireAccount(account: string | undefined): string {
  if (account === undefined || account === '') throw new CommandError('whose? Give --account ID')
  return account
}

const fieldFlags = { name: 'NAME', scope: '--scope', expiresIn: '--expires-in' } as const

function inWordsOfFlags(error: unknown): never {
  if (!(error instanceof InvalidApiTokenRequest)) throw error
  const lines = error.faults.map(({ field, expected }) => `${fieldFlags[field]}: expected ${expected}`)
  throw new CommandError(lines.join('\n'))
}

function days(value: string): Seconds {
  if (!/^[1-9]\d{0,4}$/.test(value)) throw new CommandError('--expires-in takes a whole number of days')
  return seconds(Number(value) * 86_400)
}

function unknownToken(account: string, id: string): CommandError {
  return new CommandError(`the account ${account} has no API token ${id}; tokens list tells their ids`)
}

function now() {
  return fromMilliseconds(Date.now())
}
