import { requireVariable, tableVariables } from '../../shared/config/environment.ts'
import { loadConfig } from '../../shared/config/runtime.ts'
import { hasGrants } from '../../shared/config/used-secrets.ts'
import { verificationKeys } from '../../shared/http/verification-keys.ts'
import { clientStore } from '../../shared/stores/clients.ts'
import { connectDynamoDb } from '../../shared/stores/dynamodb.ts'
import { healthEndpoint } from './health.ts'

const clients = clientStore(connectDynamoDb(), requireVariable(process.env, tableVariables.clients))

// A deployment that only vends GitHub's tokens has no keys of its own to publish.
const keys = hasGrants(loadConfig(import.meta.url)) ? verificationKeys() : async () => undefined

export const handler = healthEndpoint({
  keys,
  clients,
  clock: Date.now,
})
