import { loadConfig } from '../../../shared/config/runtime.ts'
import { connect, issuingServices, tokenDeployment } from '../../../shared/http/token-deployment.ts'
import { tokenEndpoint } from '../../../shared/http/token-endpoint.ts'
import { clientCredentials } from './client-credentials.ts'

const config = loadConfig(import.meta.url)
const connections = connect()

export const handler = tokenEndpoint(
  clientCredentials,
  tokenDeployment(config, connections),
  issuingServices(config, connections),
)
