/** What a grant's function is made of on AWS: stores and keys, from the environment that the stack sets. */
import { type Environment, requireVariable, secretVariables, tableVariables } from '../config/environment.ts'
import type { Config, RateTier } from '../config/types.ts'
import type { Client } from '../protocol/client.ts'
import { type AccountReader, accountStore } from '../stores/accounts.ts'
import { cachedReader } from '../stores/cached-reader.ts'
import { cachedSecret } from '../stores/cached-secret.ts'
import { clientStore } from '../stores/clients.ts'
import { connectDynamoDb } from '../stores/dynamodb.ts'
import { rateLimitStore } from '../stores/rate-limits.ts'
import { connectSecretsManager, secretStore } from '../stores/secrets.ts'
import { currentSigningKey } from '../tokens/signing-key.ts'
import { rateLimiter } from './rate-limit.ts'
import type { TokenDeployment } from './token-endpoint.ts'

/** @throws Error naming the variable that the stack failed to set */
export function tokenDeployment(config: Config, environment: Environment = process.env): TokenDeployment {
  const db = connectDynamoDb()
  const table = (name: keyof typeof tableVariables) => requireVariable(environment, tableVariables[name])
  const signingKeys = secretStore(
    connectSecretsManager(),
    requireVariable(environment, secretVariables.signingKeys),
  )
  return {
    config,
    clients: cachedReader(clientStore(db, table('clients'))),
    limiter: rateLimiter(rateLimitStore(db, table('rateLimits'))),
    tierOf: tierOf(config.rateLimits, () => cachedReader(accountStore(db, table('accounts')))),
    signingKey: cachedSecret(signingKeys, 'signing-keys', currentSigningKey),
    clock: Date.now,
  }
}

/** With one tier there is nothing to look up, and the stack gives no right to look. */
function tierOf(
  { tiers, defaultTier }: Config['rateLimits'],
  readAccounts: () => AccountReader,
): (client: Client) => Promise<RateTier> {
  const fallback = tiers[defaultTier]
  if (!fallback) throw new Error(`the configuration has no tier ${defaultTier}`)
  if (Object.keys(tiers).length === 1) return async () => fallback
  const accounts = readAccounts()
  return async ({ account }) => {
    const tier = account === undefined ? undefined : (await accounts.find(account))?.tier
    return (tier !== undefined && Object.hasOwn(tiers, tier) ? tiers[tier] : undefined) ?? fallback
  }
}
