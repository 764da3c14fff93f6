import type { Config } from '../../shared/config/types.ts'
import { rateLimiter } from '../../shared/http/rate-limit.ts'
import { accessTokenServices, addressReader, type Connections } from '../../shared/http/token-deployment.ts'
import { accountStore } from '../../shared/stores/accounts.ts'
import { apiTokenStore } from '../../shared/stores/api-tokens.ts'
import { cachedReader } from '../../shared/stores/cached-reader.ts'
import { clientStore } from '../../shared/stores/clients.ts'
import { rateLimitStore } from '../../shared/stores/rate-limits.ts'
import type { AuthorizerServices } from './authorizer.ts'
import { identifier, rememberUse } from './identify.ts'

/** What the authorizer is made of on AWS. */
export function authorizerServices(
  config: Config,
  connections: Connections,
  sharedKeyBase: string,
): AuthorizerServices {
  const { db, table } = connections
  return {
    config,
    identify: identifier({
      ...accessTokenServices(config, connections),
      clients: cachedReader(clientStore(db, table('clients'))),
      used: rememberUse(apiTokenStore(db, table('tokens'))),
    }),
    accounts: cachedReader(accountStore(db, table('accounts'))),
    limiter: rateLimiter(rateLimitStore(db, table('rateLimits'))),
    address: addressReader(connections),
    sharedKeyBase,
    clock: Date.now,
  }
}
