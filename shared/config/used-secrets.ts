/** Which key secrets a deployment has: each costs money, so none is made that nothing reads. */
import type { SecretName } from './environment.ts'
import type { Config } from './types.ts'
import type { VendSettings } from './vend-types.ts'

type Features = Pick<Config, 'grants' | 'vend'>

/** Those whose keys `rotate-keys` makes. */
export function usedSecrets({ grants, vend }: Features): readonly SecretName[] {
  return [
    ...(hasGrants({ grants }) ? (['signingKeys', 'verificationKeys'] as const) : []),
    ...(grants.refresh_token ? (['refreshKeys'] as const) : []),
    ...(grants.authorization_code ? (['sessionKeys'] as const) : []),
    ...(vend ? (['vendKeys'] as const) : []),
  ]
}

/** Those that the operator fills. */
export function operatorSecrets({ vend }: Pick<Config, 'vend'>): readonly SecretName[] {
  if (!vend) return []
  return ['githubAppKey', ...(asksBuildkite(vend) ? (['buildkiteToken'] as const) : [])]
}

/** Whether tokens of our own are issued at all: a deployment may only vend GitHub's. */
export function hasGrants({ grants }: Pick<Config, 'grants'>): boolean {
  return Object.values(grants).some((grant) => grant !== undefined)
}

/** Buildkite's tokens do not name the repository, so its API is asked. */
export function asksBuildkite({ issuers }: Pick<VendSettings, 'issuers'>): boolean {
  return issuers.some(({ kind }) => kind === 'buildkite')
}
