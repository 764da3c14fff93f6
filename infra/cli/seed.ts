/** Puts seed data into a deployment. */
import { fromMilliseconds } from '../../shared/protocol/brands.ts'
import { type ClientMetadata, register } from '../../shared/protocol/client-registration.ts'
import { type AccountStore, accountStore } from '../../shared/stores/accounts.ts'
import { type ClientStore, clientStore } from '../../shared/stores/clients.ts'
import { connectDynamoDb } from '../../shared/stores/dynamodb.ts'
import { type Outputs, requireOutput } from './outputs.ts'
import type { Seed, SeedAccount } from './seed-file.ts'

/** What was made, in the seed format, and what was there already and left as it is. */
export interface Seeded {
  readonly made: {
    readonly accounts: readonly SeedAccount[]
    readonly clients: readonly ClientMetadata[]
  }
  readonly existing: readonly string[]
}

/** Seeds the deployment whose outputs these are; what has its id already is left as it is. */
export async function seed(data: Seed, outputs: Outputs): Promise<Seeded> {
  const db = connectDynamoDb()
  const accounts = await seedAccounts(
    data.accounts,
    accountStore(db, requireOutput(outputs, 'AccountsTable')),
  )
  const clients = await seedClients(data.clients, clientStore(db, requireOutput(outputs, 'ClientsTable')))
  return {
    made: { accounts: accounts.made, clients: clients.made },
    existing: [...accounts.existing, ...clients.existing],
  }
}

async function seedAccounts(accounts: readonly SeedAccount[], store: AccountStore) {
  const made: SeedAccount[] = []
  const existing: string[] = []
  for (const account of accounts) {
    const tier = account.tier === undefined ? {} : { tier: account.tier }
    const outcome = await store.create({ accountId: account.id, ...tier })
    if (outcome === 'created') made.push(account)
    else existing.push(`account ${account.id}`)
  }
  return { made, existing }
}

async function seedClients(clients: readonly ClientMetadata[], store: ClientStore) {
  const made: ClientMetadata[] = []
  const existing: string[] = []
  for (const metadata of clients) {
    const { client, clientSecret } = register(metadata, fromMilliseconds(Date.now()))
    const outcome = await store.create(client)
    if (outcome === 'exists') existing.push(`client ${client.clientId}`)
    else
      made.push({
        ...metadata,
        client_id: client.clientId,
        ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
      })
  }
  return { made, existing }
}
