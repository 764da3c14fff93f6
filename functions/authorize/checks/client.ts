import { PageError } from '../../../shared/http/pages/page-error.ts'
import type { Client } from '../../../shared/protocol/client.ts'
import type { RequestParameters } from '../../../shared/protocol/request-parameters.ts'
import type { ClientReader } from '../../../shared/stores/clients.ts'
import { badLink } from './bad-link.ts'

/** Who asks (RFC 6749 §4.1.1), and whether it may ask for a code at all. */
export async function checkClient(parameters: RequestParameters, clients: ClientReader): Promise<Client> {
  if (parameters.isRepeated('client_id')) throw badLink('invalid_request: client_id must be given once')
  const clientId = parameters.get('client_id')
  if (clientId === undefined) throw badLink('invalid_request: client_id is required')
  const client = await clients.find(clientId)
  // §4.1.2.1: an invalid client identifier is told to the person, and "MUST NOT automatically redirect".
  if (!client)
    throw new PageError(
      400,
      'This app is not known here',
      'The app that sent you here is not registered, or no longer. Go back to it and ask its support.',
      { detail: 'invalid_request: there is no client of this client_id' },
    )
  if (!client.grantTypes.includes('authorization_code'))
    throw badLink('unauthorized_client: this client is not registered for authorization_code')
  return client
}
