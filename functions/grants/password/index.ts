import { loadConfig } from '../../../shared/config/runtime.ts'
import { connect, issuingServices, tokenDeployment } from '../../../shared/http/token-deployment.ts'
import { tokenEndpoint } from '../../../shared/http/token-endpoint.ts'
import { consentStore } from '../../../shared/stores/consents.ts'
import { grantStore } from '../../../shared/stores/grants.ts'
import { signInAttempts } from '../../../shared/stores/sign-in-attempts.ts'
import { userStore } from '../../../shared/stores/users.ts'
import { password } from './password.ts'

const config = loadConfig(import.meta.url)
const connections = connect()
const { db, table } = connections
const issuing = issuingServices(config, connections)

export const handler = tokenEndpoint(password, tokenDeployment(config, connections), (issuer) => ({
  ...issuing(issuer),
  consents: consentStore(db, table('consents')),
  revocations: grantStore(db, table('grants')),
  signIn: {
    limits: config.signIn,
    users: userStore(db, table('users')),
    attempts: signInAttempts(db, table('rateLimits')),
  },
}))
