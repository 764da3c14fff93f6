/** Which key secrets a deployment has: each costs money, so none is made that nothing reads. */
import type { SecretName } from './environment.ts'
import type { Config } from './types.ts'

export function usedSecrets({ grants }: Pick<Config, 'grants'>): readonly SecretName[] {
  return [
    'signingKeys',
    'verificationKeys',
    ...(grants.refresh_token ? (['refreshKeys'] as const) : []),
    ...(grants.authorization_code ? (['sessionKeys'] as const) : []),
  ]
}
