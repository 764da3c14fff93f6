import { loadConfig } from '../../shared/config/runtime.ts'
import { verificationKeys } from '../../shared/http/verification-keys.ts'
import { metadataEndpoint } from './metadata.ts'

export const handler = metadataEndpoint(loadConfig(import.meta.url), verificationKeys())
