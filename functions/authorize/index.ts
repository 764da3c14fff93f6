import { loadConfig } from '../../shared/config/runtime.ts'
import type { Config, UpstreamConfig } from '../../shared/config/types.ts'
import { sessions } from '../../shared/http/sessions.ts'
import { connect, sourceReader } from '../../shared/http/token-deployment.ts'
import { accountStore } from '../../shared/stores/accounts.ts'
import { authorizationCodeStore } from '../../shared/stores/authorization-codes.ts'
import { cachedReader } from '../../shared/stores/cached-reader.ts'
import { clientStore } from '../../shared/stores/clients.ts'
import { consentStore } from '../../shared/stores/consents.ts'
import { grantStore } from '../../shared/stores/grants.ts'
import { signInAttempts } from '../../shared/stores/sign-in-attempts.ts'
import { userStore } from '../../shared/stores/users.ts'
import { parseSymmetricKeys } from '../../shared/tokens/symmetric-keys.ts'
import { authorizeEndpoint } from './routes.ts'
import type { Upstream } from './upstream/sign-in.ts'

const config = loadConfig(import.meta.url)
const connections = connect()
const { db, table, secret, foreignSecret } = connections
const users = userStore(db, table('users'))
const sessionKeys = secret('sessionKeys', (text) => parseSymmetricKeys(text, 'session-keys'))

export const handler = authorizeEndpoint(
  {
    config,
    users,
    clients: cachedReader(clientStore(db, table('clients'))),
    consents: consentStore(db, table('consents')),
    codes: authorizationCodeStore(db, table('authorizationCodes')),
    grants: grantStore(db, table('grants')),
    sessions: sessions(sessionKeys, users, config.session),
    upstream: await upstreamOf(config),
    signIn: { limits: config.signIn, users, attempts: signInAttempts(db, table('rateLimits')) },
  },
  { source: sourceReader(connections), clock: Date.now },
)

/** openid-client is loaded only where somebody signs in by it. */
async function upstreamOf({ upstream: settings }: Config): Promise<Upstream | undefined> {
  if (!settings) return undefined
  const { upstreamProvider } = await import('./upstream/provider.ts')
  const provider = upstreamProvider(settings, foreignSecret(settings.clientSecretArn, 'upstream client'))
  return {
    settings,
    provider,
    keys: sessionKeys,
    account: { id: settings.account, open: openAccount(settings) },
  }
}

function openAccount({ account: accountId, tier }: UpstreamConfig): (() => Promise<unknown>) | undefined {
  if (accountId === undefined || tier === undefined) return undefined
  const accounts = accountStore(db, table('accounts'))
  return () => accounts.create({ accountId, tier })
}
