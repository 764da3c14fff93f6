/** API tokens in the seed format. */
import * as v from 'valibot'
import type { Fault } from '../../shared/config/faults.ts'
import type { Config } from '../../shared/config/types.ts'
import { type EpochSeconds, seconds } from '../../shared/protocol/brands.ts'
import type { AccountReader } from '../../shared/stores/accounts.ts'
import type { ApiTokenStore } from '../../shared/stores/api-tokens.ts'
import { isLive } from '../../shared/stores/tokens.ts'
import { type ApiTokenPolicy, apiTokenFaults, normaliseApiTokenName } from '../../shared/tokens/api-token.ts'
import { issueApiToken } from './api-tokens.ts'
import { CommandError } from './command-error.ts'

/** The text of a token is made here, and never taken. */
export interface SeedApiToken {
  readonly name: string
  readonly account: string
  readonly scope: string
  readonly expires_in_seconds?: number | undefined
}

/** A token that was made, with its text. */
export interface MadeSeedApiToken extends SeedApiToken {
  readonly token: string
}

export type SeedOutcome =
  | { readonly outcome: 'created'; readonly made: MadeSeedApiToken }
  | { readonly outcome: 'exists' | 'too many' }

export const seedApiTokenSchema = v.strictObject({
  name: v.string('a name that people will read'),
  account: v.pipe(
    v.string('an account id'),
    v.check((value) => value !== '', 'an account id'),
  ),
  scope: v.string('scope names divided by spaces'),
  expires_in_seconds: v.optional(v.number('a number of seconds')),
})

const seedNames = { name: 'name', scope: 'scope', expiresIn: 'expires_in_seconds' } as const

export function seedApiTokenFaults(tokens: readonly SeedApiToken[], config: Config): Fault[] {
  if (tokens.length > 0 && !config.apiTokens)
    return [{ path: 'api_tokens', expected: 'no API tokens, since the configuration has no apiTokens' }]
  return tokens.flatMap((token, index) => [
    ...apiTokenFaults(toRequest(token), config.scopes).map(({ field, expected }) => ({
      path: `api_tokens.${index}.${seedNames[field]}`,
      expected,
    })),
    ...(tokens.slice(0, index).some((earlier) => areNamesakes(earlier, token))
      ? [{ path: `api_tokens.${index}.name`, expected: 'a name that no other token of the account has' }]
      : []),
  ])
}

/** @throws CommandError naming every token whose account is neither in the seed nor in the deployment */
export async function requireAccounts(
  tokens: readonly SeedApiToken[],
  seeded: readonly { readonly id: string }[],
  accounts: AccountReader,
): Promise<void> {
  const missing: string[] = []
  for (const [index, { account }] of tokens.entries())
    if (!seeded.some(({ id }) => id === account) && !(await accounts.find(account)))
      missing.push(`api_tokens.${index}.account: there is no account ${account}, here or in the deployment`)
  if (missing.length > 0) throw new CommandError(missing.join('\n'))
}

/** Makes a token, unless its account has a live one of that name, whose text cannot be told again. */
export async function seedApiToken(
  token: SeedApiToken,
  policy: ApiTokenPolicy,
  store: ApiTokenStore,
  now: EpochSeconds,
): Promise<SeedOutcome> {
  const known = await store.list(token.account)
  if (known.some((other) => isLive(other, now) && areNamesakes(other, token))) return { outcome: 'exists' }
  const made = await issueApiToken(toRequest(token), policy, store, now)
  return made ? { outcome: 'created', made: { ...token, token: made.text } } : { outcome: 'too many' }
}

function areNamesakes(
  one: Pick<SeedApiToken, 'account' | 'name'>,
  other: Pick<SeedApiToken, 'account' | 'name'>,
): boolean {
  return (
    one.account === other.account && normaliseApiTokenName(one.name) === normaliseApiTokenName(other.name)
  )
}

function toRequest({ account, name, scope, expires_in_seconds: expiresIn }: SeedApiToken) {
  return {
    account,
    name,
    // An empty text names no scope at all, which is another fault than an unknown one.
    scope: scope === '' ? [] : scope.split(' '),
    ...(expiresIn === undefined ? {} : { expiresIn: seconds(expiresIn) }),
  }
}
