/** The environment of whoever runs the stack. */
import { credentialVariables } from './aws/credentials.ts'
import { region } from './identity.ts'
import { endpointVariables } from './lambda/environment.ts'
import type { Services } from './services.ts'
import type { Outputs } from './template/create.ts'

/** Endpoints, credentials that may do anything, and the stack's outputs as `SCRIP_OUTPUTS` (JSON). */
export function operatorEnvironment(services: Services, outputs: Outputs): Readonly<Record<string, string>> {
  return {
    ...endpointVariables(services.endpoint),
    ...credentialVariables(services.credentials.issueForOperator()),
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    SCRIP_OUTPUTS: JSON.stringify(outputs),
  }
}
