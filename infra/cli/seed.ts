/** Puts seed data into a deployment. */
import { randomBytes, randomUUID } from 'node:crypto'
import type { Config } from '../../shared/config/types.ts'
import { type EpochSeconds, fromMilliseconds } from '../../shared/protocol/brands.ts'
import { register } from '../../shared/protocol/client-registration.ts'
import { hashPassword } from '../../shared/protocol/password.ts'
import { normaliseUsername } from '../../shared/protocol/username.ts'
import { type Account, accountStore } from '../../shared/stores/accounts.ts'
import { apiTokenStore } from '../../shared/stores/api-tokens.ts'
import { clientStore } from '../../shared/stores/clients.ts'
import { connectDynamoDb } from '../../shared/stores/dynamodb.ts'
import { type User, userStore } from '../../shared/stores/users.ts'
import { requireApiTokens } from './api-tokens.ts'
import { type Outputs, requireOutput } from './outputs.ts'
import { type MadeSeedApiToken, requireAccounts, seedApiToken } from './seed-api-tokens.ts'
import type { Seed, SeedAccount, SeedUser } from './seed-file.ts'

/** What was made, in the seed format, and what was there already and left as it is. */
export interface Seeded {
  readonly made: Seed & { readonly api_tokens: readonly MadeSeedApiToken[] }
  readonly existing: readonly string[]
  /** What could not be made, and why. */
  readonly refused: readonly string[]
}

/**
 * Seeds the deployment whose outputs these are; what has its id already is left as it is.
 *
 * @throws CommandError before anything is made, when an API token's account is not there
 */
export async function seed(data: Seed, outputs: Outputs, config: Config): Promise<Seeded> {
  const db = connectDynamoDb()
  const now = fromMilliseconds(Date.now())
  const existing: string[] = []
  const refused: string[] = []
  const table = (name: string) => requireOutput(outputs, name)
  const accounts = accountStore(db, table('AccountsTable'))
  const users = userStore(db, table('UsersTable'))
  const clients = clientStore(db, table('ClientsTable'))
  const tokens = apiTokenStore(db, table('TokensTable'))
  await requireAccounts(data.api_tokens, data.accounts, accounts)

  /** Makes one after the other, and gives those that were not there yet. */
  async function make<Data>(
    records: readonly Data[],
    create: (
      data: Data,
    ) => Promise<{ readonly outcome: 'created' | 'exists'; readonly made: Data; readonly name: string }>,
  ): Promise<Data[]> {
    const made: Data[] = []
    for (const record of records) {
      const result = await create(record)
      if (result.outcome === 'created') made.push(result.made)
      else existing.push(result.name)
    }
    return made
  }

  const made = {
    accounts: await make(data.accounts, async (account) => ({
      outcome: await accounts.create(toAccount(account)),
      made: account,
      name: `account ${account.id}`,
    })),
    users: await make(data.users, async (user) => {
      const password = user.password ?? newPassword()
      const outcome = await users.create(await toUser(user, password, now))
      return { outcome, made: { ...user, password }, name: `user ${user.username}` }
    }),
    clients: await make(data.clients, async (metadata) => {
      const { client, clientSecret } = register(metadata, now)
      const secret = clientSecret === undefined ? {} : { client_secret: clientSecret }
      const outcome = await clients.create(client)
      return {
        outcome,
        made: { ...metadata, client_id: client.clientId, ...secret },
        name: `client ${client.clientId}`,
      }
    }),
    api_tokens: await makeApiTokens(),
  }
  return { made, existing, refused }

  async function makeApiTokens(): Promise<MadeSeedApiToken[]> {
    const made: MadeSeedApiToken[] = []
    for (const token of data.api_tokens) {
      const name = `API token ${token.name} of ${token.account}`
      const result = await seedApiToken(token, requireApiTokens(config), tokens, now)
      if (result.outcome === 'created') made.push(result.made)
      else if (result.outcome === 'exists') existing.push(name)
      else refused.push(`${name} is not made: the account has as many live API tokens as it may have`)
    }
    return made
  }
}

function toAccount({ id, tier }: SeedAccount): Account {
  return { accountId: id, ...(tier === undefined ? {} : { tier }) }
}

async function toUser(
  { username, account, name, email }: SeedUser,
  password: string,
  now: EpochSeconds,
): Promise<User> {
  const normal = normaliseUsername(username)
  if (normal === undefined) throw new Error('the seed was not checked')
  return {
    username: normal,
    // Random, so that a name that is given to somebody else later is another subject.
    subject: randomUUID(),
    passwordHash: await hashPassword(password),
    sessionVersion: 1,
    createdAt: now,
    ...(account === undefined ? {} : { account }),
    ...(name === undefined ? {} : { name }),
    ...(email === undefined ? {} : { email, emailVerified: false }),
  }
}

/** 120 random bits that a person can type. */
function newPassword(): string {
  return randomBytes(15).toString('base64url')
}
