import { loadConfig } from '../../../shared/config/runtime.ts'
import { tokenDeployment } from '../../../shared/http/token-deployment.ts'
import { tokenEndpoint } from '../../../shared/http/token-endpoint.ts'
import { clientCredentials } from './client-credentials.ts'

export const handler = tokenEndpoint(clientCredentials, tokenDeployment(loadConfig(import.meta.url)))
