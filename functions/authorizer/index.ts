import { requireVariable, SHARED_KEY_VARIABLE } from '../../shared/config/environment.ts'
import { loadConfig } from '../../shared/config/runtime.ts'
import { connect } from '../../shared/http/token-deployment.ts'
import { authorizer } from './authorizer.ts'
import { authorizerServices } from './services.ts'

const config = loadConfig(import.meta.url)
const sharedKeyBase = requireVariable(process.env, SHARED_KEY_VARIABLE)

export const handler = authorizer(authorizerServices(config, connect(), sharedKeyBase))
