import { loadConfig } from '../../../shared/config/runtime.ts'
import { connect, issuingServices, tokenDeployment } from '../../../shared/http/token-deployment.ts'
import { tokenEndpoint } from '../../../shared/http/token-endpoint.ts'
import { consentStore } from '../../../shared/stores/consents.ts'
import { grantStore } from '../../../shared/stores/grants.ts'
import { refreshToken } from './refresh-token.ts'

const config = loadConfig(import.meta.url)
const connections = connect()
const { db, table } = connections
const issuing = issuingServices(config, connections)

export const handler = tokenEndpoint(refreshToken, tokenDeployment(config, connections), (issuer) => ({
  ...issuing(issuer),
  chain: grantStore(db, table('grants')),
  // Asked for a user's grants alone: a deployment without users gives no such table.
  consents: { find: (username, clientId) => consentStore(db, table('consents')).find(username, clientId) },
}))
