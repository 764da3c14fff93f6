import { requireVariable, secretVariables } from '../../shared/config/environment.ts'
import { loadConfig } from '../../shared/config/runtime.ts'
import { connectSecretsManager, secretStore } from '../../shared/stores/secrets.ts'
import { customResource } from './custom-resource.ts'
import { makeFirstKeys } from './first-keys.ts'

const { signing } = loadConfig(import.meta.url)
const client = connectSecretsManager()
const signingKeys = secretStore(client, requireVariable(process.env, secretVariables.signingKeys))
const verificationKeys = secretStore(client, requireVariable(process.env, secretVariables.verificationKeys))

/** CloudFormation's custom resource: the deployment has its keys before anything can ask for a token. */
export const handler = customResource(() =>
  makeFirstKeys({
    algorithm: signing.algorithm,
    signingKeys,
    verificationKeys,
    clock: Date.now,
  }),
)
