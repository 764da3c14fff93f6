import { requireVariable, tableVariables } from '../../shared/config/environment.ts'
import { verificationKeys } from '../../shared/http/verification-keys.ts'
import { clientStore } from '../../shared/stores/clients.ts'
import { connectDynamoDb } from '../../shared/stores/dynamodb.ts'
import { healthEndpoint } from './health.ts'

const clients = clientStore(connectDynamoDb(), requireVariable(process.env, tableVariables.clients))

export const handler = healthEndpoint({
  keys: verificationKeys(),
  clients,
  clock: Date.now,
})
