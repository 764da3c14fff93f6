import { requireVariable, type SecretName, secretVariables } from '../../shared/config/environment.ts'
import { loadConfig } from '../../shared/config/runtime.ts'
import { usedSecrets } from '../../shared/config/used-secrets.ts'
import { connectSecretsManager, type SecretStore, secretStore } from '../../shared/stores/secrets.ts'
import { customResource } from './custom-resource.ts'
import { makeFirstKeys } from './first-keys.ts'
import { makeFirstSymmetricKey } from './first-symmetric-key.ts'

const config = loadConfig(import.meta.url)
const client = connectSecretsManager()
const used = usedSecrets(config)
const symmetric = used.filter((name) => name !== 'signingKeys' && name !== 'verificationKeys')

function secret(name: SecretName): SecretStore {
  return secretStore(client, requireVariable(process.env, secretVariables[name]))
}

/** CloudFormation's custom resource: the deployment has its keys before anything can ask for a token. */
export const handler = customResource(async () => {
  if (used.includes('signingKeys'))
    await makeFirstKeys({
      algorithm: config.signing.algorithm,
      signingKeys: secret('signingKeys'),
      verificationKeys: secret('verificationKeys'),
      clock: Date.now,
    })
  for (const name of symmetric) await makeFirstSymmetricKey(secret(name), Date.now)
})
