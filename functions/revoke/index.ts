import { loadConfig } from '../../shared/config/runtime.ts'
import {
  accessTokenReading,
  connect,
  grantsOf,
  refreshKeys,
  tokenDeployment,
} from '../../shared/http/token-deployment.ts'
import { tokenStore } from '../../shared/stores/tokens.ts'
import { revocationEndpoint } from './revoke.ts'

const config = loadConfig(import.meta.url)
const connections = connect()
const { db, table } = connections

export const handler = revocationEndpoint(tokenDeployment(config, connections), {
  ...accessTokenReading(config, connections),
  grants: grantsOf(connections),
  revocations: tokenStore(db, table('tokens')),
  refreshKeys: config.grants.refresh_token ? refreshKeys(connections) : undefined,
})
