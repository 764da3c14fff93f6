import { loadConfig } from '../../shared/config/runtime.ts'
import { rateLimiter } from '../../shared/http/rate-limit.ts'
import { accessTokenReading, connect, sourceReader } from '../../shared/http/token-deployment.ts'
import { rateLimitStore } from '../../shared/stores/rate-limits.ts'
import { tokenStore } from '../../shared/stores/tokens.ts'
import { leakedEndpoint } from './leaked.ts'

const config = loadConfig(import.meta.url)
const connections = connect()
const { db, table } = connections

export const handler = leakedEndpoint({
  ...accessTokenReading(config, connections),
  revocations: tokenStore(db, table('tokens')),
  limiter: rateLimiter(rateLimitStore(db, table('rateLimits'))),
  source: sourceReader(connections),
  clock: Date.now,
})
