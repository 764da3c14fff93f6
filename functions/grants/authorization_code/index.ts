import { loadConfig } from '../../../shared/config/runtime.ts'
import { connect, issuingServices, tokenDeployment } from '../../../shared/http/token-deployment.ts'
import { tokenEndpoint } from '../../../shared/http/token-endpoint.ts'
import { authorizationCodeStore } from '../../../shared/stores/authorization-codes.ts'
import { consentStore } from '../../../shared/stores/consents.ts'
import { grantStore } from '../../../shared/stores/grants.ts'
import { authorizationCode } from './authorization-code.ts'

const config = loadConfig(import.meta.url)
const connections = connect()
const { db, table } = connections
const issuing = issuingServices(config, connections)

export const handler = tokenEndpoint(authorizationCode, tokenDeployment(config, connections), (issuer) => ({
  ...issuing(issuer),
  codes: authorizationCodeStore(db, table('authorizationCodes')),
  consents: consentStore(db, table('consents')),
  revocations: grantStore(db, table('grants')),
}))
