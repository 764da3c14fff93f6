import { requireVariable, SHARED_KEY_VARIABLE } from '../../shared/config/environment.ts'
import { loadConfig } from '../../shared/config/runtime.ts'
import { rateLimiter } from '../../shared/http/rate-limit.ts'
import { accessTokenServices, connect, sourceReader } from '../../shared/http/token-deployment.ts'
import { accountStore } from '../../shared/stores/accounts.ts'
import { apiTokenStore } from '../../shared/stores/api-tokens.ts'
import { cachedReader } from '../../shared/stores/cached-reader.ts'
import { clientStore } from '../../shared/stores/clients.ts'
import { rateLimitStore } from '../../shared/stores/rate-limits.ts'
import { authorizer } from './authorizer.ts'
import { identifier, rememberUse } from './identify.ts'

const config = loadConfig(import.meta.url)
const connections = connect()
const { db, table } = connections
const apiTokens = apiTokenStore(db, table('tokens'))

export const handler = authorizer({
  config,
  identify: identifier({
    ...accessTokenServices(config, connections),
    clients: cachedReader(clientStore(db, table('clients'))),
    used: rememberUse(apiTokens),
  }),
  accounts: cachedReader(accountStore(db, table('accounts'))),
  limiter: rateLimiter(rateLimitStore(db, table('rateLimits'))),
  source: sourceReader(connections),
  sharedKeyBase: requireVariable(process.env, SHARED_KEY_VARIABLE),
  clock: Date.now,
})
