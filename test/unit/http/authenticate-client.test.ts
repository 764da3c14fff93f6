import { timingSafeEqual } from 'node:crypto'
import { describe, expect, test, vi } from 'vitest'
import { authenticateClient } from '../../../shared/http/authenticate-client.ts'
import { epochSeconds } from '../../../shared/protocol/brands.ts'
import type { Client } from '../../../shared/protocol/client.ts'
import type { ClientCredentials } from '../../../shared/protocol/client-authentication.ts'
import { sha256 } from '../../../shared/protocol/hash.ts'
import { clientSecret, machineClient, publicClient } from '../../support/clients.ts'
import { oauthError } from '../../support/errors.ts'

vi.mock(import('node:crypto'), async (original) => {
  const crypto = await original()
  return { ...crypto, timingSafeEqual: vi.fn(crypto.timingSafeEqual) }
})

const now = epochSeconds(1_700_000_000)
const createdAt = epochSeconds(0)
const good = { hash: sha256(clientSecret), createdAt }
const other = { hash: sha256('other'), createdAt }
const only = (client: Client | undefined) => ({ find: async () => client })
const post = (secret: string): ClientCredentials => ({
  method: 'client_secret_post',
  clientId: 'machine',
  clientSecret: secret,
})
const none: ClientCredentials = { method: 'none', clientId: 'machine' }

describe('credentials that are the client’s', () => {
  test.each([
    { what: 'its secret', client: machineClient(), credentials: post(clientSecret) },
    {
      what: 'its secret, in the other way than registered',
      client: machineClient({ tokenEndpointAuthMethod: 'client_secret_basic' }),
      credentials: post(clientSecret),
    },
    {
      what: 'its second secret',
      client: machineClient({ secrets: [other, good] }),
      credentials: post(clientSecret),
    },
    {
      what: 'its secret a second before it expires',
      client: machineClient({ secrets: [{ ...good, expiresAt: epochSeconds(now + 1) }] }),
      credentials: post(clientSecret),
    },
    { what: 'the name of a public one', client: publicClient(), credentials: none },
  ])('$what', async ({ client, credentials }) => {
    expect(await authenticateClient(credentials, only(client), now)).toBe(client)
  })
})

describe('credentials that are not', () => {
  test.each([
    { client: undefined, credentials: post(clientSecret), reason: 'unknown client' },
    { client: undefined, credentials: none, reason: 'unknown client' },
    { client: machineClient(), credentials: none, reason: 'no client secret' },
    { client: machineClient(), credentials: post('wrong'), reason: 'wrong or expired client secret' },
    { client: machineClient(), credentials: post(''), reason: 'wrong or expired client secret' },
    {
      client: machineClient({ secrets: [] }),
      credentials: post(clientSecret),
      reason: 'wrong or expired client secret',
    },
    {
      client: machineClient({ secrets: [{ ...good, expiresAt: now }] }),
      credentials: post(clientSecret),
      reason: 'wrong or expired client secret',
    },
    { client: publicClient(), credentials: post(clientSecret), reason: 'a public client has no secret' },
    { client: publicClient(), credentials: post(''), reason: 'a public client has no secret' },
  ])('$reason', async ({ client, credentials, reason }) => {
    await expect(authenticateClient(credentials, only(client), now)).rejects.toThrow(
      oauthError('invalid_client', 'Client authentication failed', reason),
    )
  })
})

test.each([
  { what: 'an unknown client', client: undefined },
  { what: 'a client with one secret', client: machineClient({ secrets: [other] }) },
  { what: 'a client with two secrets', client: machineClient({ secrets: [other, other] }) },
  { what: 'an expired secret', client: machineClient({ secrets: [{ ...good, expiresAt: now }] }) },
  { what: 'a public client', client: publicClient() },
])('$what costs two comparisons, so that nobody learns which clients exist', async ({ client }) => {
  vi.mocked(timingSafeEqual).mockClear()
  await authenticateClient(post('wrong'), only(client), now).catch(() => undefined)
  expect(vi.mocked(timingSafeEqual)).toHaveBeenCalledTimes(2)
})
