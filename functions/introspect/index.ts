import { loadConfig } from '../../shared/config/runtime.ts'
import {
  accessTokenServices,
  connect,
  grantsOf,
  refreshKeys,
  tokenDeployment,
} from '../../shared/http/token-deployment.ts'
import { introspectionEndpoint } from './introspect.ts'

const config = loadConfig(import.meta.url)
const connections = connect()

export const handler = introspectionEndpoint(tokenDeployment(config, connections), {
  ...accessTokenServices(config, connections),
  grants: grantsOf(connections),
  refreshKeys: config.grants.refresh_token ? refreshKeys(connections) : undefined,
})
