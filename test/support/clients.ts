import { clientId, epochSeconds } from '../../shared/protocol/brands.ts'
import type { Client } from '../../shared/protocol/client.ts'
import { sha256 } from '../../shared/protocol/hash.ts'

/** The secret of `machineClient`. */
export const clientSecret = 'a-secret-of-at-least-32-characters'

/** A confidential client for `client_credentials`, with what a test wants different. */
export function machineClient(different: Partial<Client> = {}): Client {
  return {
    clientId: clientId('machine'),
    clientName: 'Machine',
    redirectUris: [],
    grantTypes: ['client_credentials'],
    scope: ['read', 'write'],
    tokenEndpointAuthMethod: 'client_secret_basic',
    secrets: [{ hash: sha256(clientSecret), createdAt: epochSeconds(1_700_000_000) }],
    firstParty: false,
    createdAt: epochSeconds(1_700_000_000),
    ...different,
  }
}

/** A client that cannot keep a secret (RFC 6749 §2.1). */
export function publicClient(different: Partial<Client> = {}): Client {
  return machineClient({
    clientId: clientId('app'),
    tokenEndpointAuthMethod: 'none',
    secrets: [],
    ...different,
  })
}
