import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { Context } from 'aws-lambda'
import { requireVariable, tableVariables } from '../../shared/config/environment.ts'
import { loadConfig } from '../../shared/config/runtime.ts'
import { log } from '../../shared/http/log.ts'
import { accountKeyStore } from '../../shared/stores/accounts.ts'
import { apiKeyControl, connectApiGateway } from '../../shared/stores/api-keys.ts'
import { connectDynamoDb } from '../../shared/stores/dynamodb.ts'
import { keepApiKeys } from './run.ts'

const config = loadConfig(import.meta.url)
const accounts = accountKeyStore(connectDynamoDb(), requireVariable(process.env, tableVariables.accounts))
const control = apiKeyControl(connectApiGateway())

/** API Gateway makes five keys a second for an account and region; others, such as a deployment, need some too. */
const PAUSE_MILLISECONDS = 250

/** Called by a schedule; what the event says is of no use. */
export const handler = async (_event: unknown, context: Context): Promise<void> => {
  log.resetKeys()
  log.addContext(context)
  const summary = await keepApiKeys({
    config,
    accounts,
    control,
    clock: Date.now,
    newValue: () => randomBytes(24).toString('hex'),
    pause: () => setTimeout(PAUSE_MILLISECONDS),
    remainingMilliseconds: () => context.getRemainingTimeInMillis(),
  })
  log.info('API keys of accounts', { ...summary })
  // So that the failure counts as one: the function's error count is what an operator watches.
  if (summary.failed > 0) throw new Error(`the keys of ${summary.failed} accounts could not be carried on`)
  if (summary.unlisted > 0) throw new Error(`the keys of ${summary.unlisted} tiers could not be listed`)
}
