/** What a grant's function is made of on AWS: stores and keys, from the environment that the stack sets. */
import {
  EDGE_SECRET_VARIABLE,
  type Environment,
  requireVariable,
  secretVariables,
  tableVariables,
} from '../config/environment.ts'
import type { Config, RateTier } from '../config/types.ts'
import type { Client } from '../protocol/client.ts'
import { type AccountReader, accountStore } from '../stores/accounts.ts'
import { cachedReader } from '../stores/cached-reader.ts'
import { cachedSecret } from '../stores/cached-secret.ts'
import { clientStore } from '../stores/clients.ts'
import { connectDynamoDb, type Database } from '../stores/dynamodb.ts'
import { type GrantStore, grantStore } from '../stores/grants.ts'
import { livenessReader } from '../stores/liveness.ts'
import { rateLimitStore } from '../stores/rate-limits.ts'
import { connectSecretsManager, secretStore } from '../stores/secrets.ts'
import { tokenStore } from '../stores/tokens.ts'
import { publishedKeys } from '../tokens/jwks.ts'
import { currentSigningKey } from '../tokens/signing-key.ts'
import { parseSymmetricKeys, type SymmetricKeys } from '../tokens/symmetric-keys.ts'
import type { AccessTokenServices } from './check-access-token.ts'
import type { IssuingServices } from './issue-tokens.ts'
import { rateLimiter } from './rate-limit.ts'
import { rememberedVerification } from './remembered-verification.ts'
import { type Arrival, callerAddress, sourceOf } from './source.ts'
import { tierOfAccount } from './tiers.ts'
import type { TokenDeployment } from './token-endpoint.ts'

/** One deployment's connections, as one function's environment names them. */
export interface Connections {
  readonly db: Database
  /** The table's name; throws an Error that names the variable when the function was given no such table. */
  table(name: keyof typeof tableVariables): string
  /** Reads a secret and remembers it; the variable is looked up at the first use. */
  secret<Value>(
    name: keyof typeof secretVariables,
    parse: (text: string) => Value | Promise<Value>,
  ): () => Promise<Value>
  /** Reads a secret of the operator's own, whose ARN the configuration names, and remembers it. */
  foreignSecret(arn: string, name: string): () => Promise<string>
  /** The edge's secret; nothing where the function was not given it, as without an edge. */
  edgeSecret(): Promise<string | undefined>
}

export function connect(environment: Environment = process.env): Connections {
  const secretsManager = connectSecretsManager()
  const edgeSecretArn = environment[EDGE_SECRET_VARIABLE]
  return {
    edgeSecret: edgeSecretArn
      ? cachedSecret(secretStore(secretsManager, edgeSecretArn), 'edge-origin', (text) => text)
      : async () => undefined,
    foreignSecret: (arn, name) => cachedSecret(secretStore(secretsManager, arn), name, (text) => text),
    db: connectDynamoDb(),
    table: (name) => requireVariable(environment, tableVariables[name]),
    secret(name, parse) {
      const arn = () => requireVariable(environment, secretVariables[name])
      return cachedSecret({ current: () => secretStore(secretsManager, arn()).current() }, name, parse)
    },
  }
}

/** What every function that authenticates clients is made of. */
export function tokenDeployment(config: Config, connections: Connections): TokenDeployment {
  const { db, table } = connections
  return {
    config,
    clients: cachedReader(clientStore(db, table('clients'))),
    limiter: rateLimiter(rateLimitStore(db, table('rateLimits'))),
    tierOf: tierOf(config.rateLimits, () => cachedReader(accountStore(db, table('accounts')))),
    source: sourceReader(connections),
    clock: Date.now,
  }
}

/** Reads the address that limits count a caller by; behind an edge, whose secret it looks up, the viewer's. */
export function sourceReader({ edgeSecret }: Connections): (event: Arrival) => Promise<string> {
  return async (event) => sourceOf(event, await edgeSecret())
}

/** Reads a caller's whole address, for the log; behind an edge the viewer's. */
export function addressReader({ edgeSecret }: Connections): (event: Arrival) => Promise<string> {
  return async (event) => callerAddress(event, await edgeSecret())
}

/** The keys of refresh tokens. */
export function refreshKeys({ secret }: Connections): () => Promise<SymmetricKeys> {
  return secret('refreshKeys', (text) => parseSymmetricKeys(text, 'refresh-keys'))
}

/** What every function that issues tokens is made of, by issuer. What the stack left out fails at its first use. */
export function issuingServices(
  config: Config,
  connections: Connections,
): (issuer: string) => IssuingServices {
  const { db, table, secret } = connections
  const signingKey = secret('signingKeys', currentSigningKey)
  const readRefreshKeys = refreshKeys(connections)
  return (issuer) => ({
    config,
    issuer,
    signingKey,
    refreshKeys: readRefreshKeys,
    grants: { create: (grant) => grantStore(db, table('grants')).create(grant) },
    tokens: { create: (token) => tokenStore(db, table('tokens')).create(token) },
  })
}

/** With one tier there is nothing to look up, and the stack gives no right to look. */
function tierOf(
  rateLimits: Config['rateLimits'],
  readAccounts: () => AccountReader,
): (client: Client) => Promise<RateTier> {
  const fallback = tierOfAccount(rateLimits, undefined)
  if (Object.keys(rateLimits.tiers).length === 1) return async () => fallback
  const accounts = readAccounts()
  return async ({ account }) =>
    account === undefined ? fallback : tierOfAccount(rateLimits, await accounts.find(account))
}

/** What every function that checks access tokens is made of. */
export function accessTokenServices(config: Config, connections: Connections): AccessTokenServices {
  const { db, table } = connections
  return {
    ...accessTokenReading(config, connections),
    liveness: livenessReader(db, { grants: table('grants'), tokens: table('tokens') }),
  }
}

/** What a function is made of that reads access tokens and does not ask whether they were revoked. */
export function accessTokenReading(
  config: Config,
  { db, table, secret }: Connections,
): Omit<AccessTokenServices, 'liveness'> {
  return {
    config,
    keys: secret('verificationKeys', publishedKeys),
    verify: rememberedVerification(),
    tokens: { find: (tokenHash) => tokenStore(db, table('tokens')).find(tokenHash) },
  }
}

/** The grants table, whose name is looked up at its first use: not every deployment has refresh tokens. */
export function grantsOf({ db, table }: Connections): Pick<GrantStore, 'find' | 'revoke'> {
  return {
    find: (gid) => grantStore(db, table('grants')).find(gid),
    revoke: (gid, now, expiresAt) => grantStore(db, table('grants')).revoke(gid, now, expiresAt),
  }
}
