import { loadConfig } from '../../shared/config/runtime.ts'
import { grantFunctions } from './grant-functions.ts'
import { connectLambda, invokeGrant } from './invoke-grant.ts'
import { tokenRouter } from './router.ts'

const lambda = connectLambda()
const functions = grantFunctions(loadConfig(import.meta.url), process.env)

/** Reads no table and no secret, and signs nothing. */
export const handler = tokenRouter(functions, (arn, event) => invokeGrant(lambda, arn, event))
