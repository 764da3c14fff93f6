/** An app with one redirect URI, and a request of it without fault. */
import { clientId } from '../../shared/protocol/brands.ts'
import type { Client } from '../../shared/protocol/client.ts'
import { machineClient } from './clients.ts'

export const redirectUri = 'https://app.example/callback'

export const webClient = (different: Partial<Client> = {}): Client =>
  machineClient({
    clientId: clientId('web'),
    clientName: 'Paper Trail',
    redirectUris: [redirectUri],
    grantTypes: ['authorization_code', 'refresh_token'],
    ...different,
  })

/** @param different `undefined` takes a parameter away */
export function webRequest(different: Record<string, string | undefined> = {}): Record<string, string> {
  const parameters = {
    response_type: 'code',
    client_id: 'web',
    redirect_uri: redirectUri,
    scope: 'read',
    state: 'xyz',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', // RFC 7636 Appendix B
    code_challenge_method: 'S256',
    ...different,
  }
  return Object.fromEntries(
    Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
