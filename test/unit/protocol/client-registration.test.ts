import { describe, expect, test } from 'vitest'
import { epochSeconds } from '../../../shared/protocol/brands.ts'
import {
  type ClientMetadata,
  newClientId,
  newClientSecret,
  register,
} from '../../../shared/protocol/client-registration.ts'
import { sha256 } from '../../../shared/protocol/hash.ts'
import { oauthError } from '../../support/errors.ts'

const now = epochSeconds(1_700_000_000)
const metadata: ClientMetadata = {
  client_name: 'Machine',
  grant_types: ['client_credentials'],
  scope: 'write read write',
}

describe('register', () => {
  test('converts all metadata, and keeps of the secret only its hash', () => {
    const registration = register(
      {
        ...metadata,
        client_id: 'machine',
        client_secret: 's'.repeat(32),
        client_uri: 'https://example.com',
        logo_uri: 'https://example.com/logo.png',
        redirect_uris: ['https://example.com/cb'],
        token_endpoint_auth_method: 'client_secret_post',
        account: 'acme',
        first_party: true,
        redirect_match: 'subpath',
        access_token_ttl_seconds: 120,
        tokens_never_expire: true,
        introspect_audience: 'https://api.example.com',
      },
      now,
    )
    expect(registration).toEqual({
      clientSecret: 's'.repeat(32),
      client: {
        clientId: 'machine',
        clientName: 'Machine',
        clientUri: 'https://example.com',
        logoUri: 'https://example.com/logo.png',
        redirectUris: ['https://example.com/cb'],
        grantTypes: ['client_credentials'],
        scope: ['write', 'read'],
        tokenEndpointAuthMethod: 'client_secret_post',
        secrets: [{ hash: sha256('s'.repeat(32)), createdAt: now }],
        account: 'acme',
        firstParty: true,
        redirectMatch: 'subpath',
        accessTokenTtlSeconds: 120,
        tokensNeverExpire: true,
        introspectAudience: 'https://api.example.com',
        createdAt: now,
      },
    })
    expect(JSON.stringify(registration.client)).not.toContain('s'.repeat(32))
  })

  test('fills in defaults, and makes the id and a secret that it tells (RFC 7591 §2)', () => {
    const { client, clientSecret } = register(metadata, now)
    expect(client).toEqual({
      clientId: expect.stringMatching(/^[0-9a-f]{32}$/),
      clientName: 'Machine',
      redirectUris: [],
      grantTypes: ['client_credentials'],
      scope: ['write', 'read'],
      tokenEndpointAuthMethod: 'client_secret_basic',
      secrets: [{ hash: sha256(clientSecret ?? ''), createdAt: now }],
      firstParty: false,
      createdAt: now,
    })
    expect(clientSecret).toMatch(/^[\w-]{43}$/)
  })

  test.each([{ client_secret: undefined }, { client_secret: 's'.repeat(32) }])(
    'gives a public client no secret, brought along or not: $client_secret',
    ({ client_secret }) => {
      const { client, clientSecret } = register(
        { ...metadata, client_secret, token_endpoint_auth_method: 'none' },
        now,
      )
      expect({ clientSecret, secrets: client.secrets }).toEqual({ clientSecret: undefined, secrets: [] })
    },
  )

  test('refuses a scope outside the grammar', () => {
    expect(() => register({ ...metadata, scope: 'a"b' }, now)).toThrow(
      oauthError('invalid_scope', 'scope has a character that no scope may have'),
    )
  })
})

test('ids and secrets are new each time', () => {
  const made = Array.from({ length: 100 }, () => [newClientId(), newClientSecret()]).flat()
  expect(new Set(made).size).toBe(200)
})
