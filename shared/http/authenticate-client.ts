/** Client authentication, RFC 6749 §2.3: whether the credentials are the client's. */
import type { EpochSeconds } from '../protocol/brands.ts'
import { type Client, isConfidential, liveSecretHashes, MAX_CLIENT_SECRETS } from '../protocol/client.ts'
import type { ClientCredentials } from '../protocol/client-authentication.ts'
import { invalidClient } from '../protocol/errors.ts'
import { matchesAnyHash } from '../protocol/hash.ts'
import type { ClientReader } from '../stores/clients.ts'

/**
 * The client that the credentials prove, or merely name where it is a public one.
 *
 * An unknown client, a wrong secret and a secret that has expired take the same steps and give the same
 * answer; the log tells them apart.
 *
 * @throws OAuthError `invalid_client`
 */
export async function authenticateClient(
  credentials: ClientCredentials,
  clients: ClientReader,
  now: EpochSeconds,
): Promise<Client> {
  const client = await clients.find(credentials.clientId)
  if (credentials.method === 'none') {
    if (!client) throw invalidClient('unknown client')
    if (isConfidential(client)) throw invalidClient('no client secret')
    return client
  }
  const hashes = client ? liveSecretHashes(client, now) : []
  const matches = matchesAnyHash(credentials.clientSecret, hashes, MAX_CLIENT_SECRETS)
  if (!client) throw invalidClient('unknown client')
  if (!matches)
    throw invalidClient(
      isConfidential(client) ? 'wrong or expired client secret' : 'a public client has no secret',
    )
  return client
}
