/** The data that a first start on localhost has, so that the commands to try have somebody to try them with. */
import type { Config } from '../../shared/config/types.ts'
import { newClientSecret } from '../../shared/protocol/client-registration.ts'
import { formatScope } from '../../shared/protocol/scope.ts'
import type { Seed } from './seed-file.ts'

/** A machine client with every scope that a machine may have; its secret is new each time. */
export function demoSeed({ scopes, rateLimits }: Config): Seed {
  const machineScopes = Object.entries(scopes).filter(([, { user }]) => !user)
  return {
    accounts: [{ id: 'demo', tier: rateLimits.defaultTier }],
    clients: [
      {
        client_id: 'demo-machine',
        client_secret: newClientSecret(),
        client_name: 'Demo machine',
        grant_types: ['client_credentials'],
        scope: formatScope(machineScopes.map(([name]) => name)),
        token_endpoint_auth_method: 'client_secret_basic',
        account: 'demo',
      },
    ],
  }
}
