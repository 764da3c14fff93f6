import { FALLBACK_KEY_VARIABLE, requireVariable } from '../../shared/config/environment.ts'
import { loadConfig } from '../../shared/config/runtime.ts'
import { connect } from '../../shared/http/token-deployment.ts'
import { authorizer } from './authorizer.ts'
import { authorizerServices } from './services.ts'

const config = loadConfig(import.meta.url)
const fallbackKeyBase = requireVariable(process.env, FALLBACK_KEY_VARIABLE)

export const handler = authorizer(authorizerServices(config, connect(), fallbackKeyBase))
