import { describe, expect, test } from 'vitest'
import { endpointPath, grantPath, tokenPath, wellKnownPaths } from '../../../shared/protocol/endpoints.ts'
import { grantTypes, isGrantType } from '../../../shared/protocol/grant-types.ts'
import { authorizationServerMetadata } from '../../../shared/protocol/metadata.ts'

const issuer = 'https://auth.example.com/prod'

const machines = {
  issuer,
  token_endpoint: 'https://auth.example.com/prod/oauth2/token',
  jwks_uri: 'https://auth.example.com/prod/.well-known/jwks.json',
  revocation_endpoint: 'https://auth.example.com/prod/oauth2/revoke',
  introspection_endpoint: 'https://auth.example.com/prod/oauth2/introspect',
  scopes_supported: ['read', 'write'],
  response_types_supported: [],
  grant_types_supported: ['client_credentials'],
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  revocation_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
}
const withPublicClients = {
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
  revocation_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
}
const withCodes = {
  ...withPublicClients,
  authorization_endpoint: 'https://auth.example.com/prod/oauth2/authorize',
  response_types_supported: ['code'],
  response_modes_supported: ['query', 'form_post'],
  code_challenge_methods_supported: ['S256'],
  authorization_response_iss_parameter_supported: true,
}
const openId = {
  userinfo_endpoint: 'https://auth.example.com/prod/oauth2/userinfo',
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['ES256'],
  claims_supported: expect.arrayContaining(['sub', 'auth_time', 'nonce', 'at_hash', 'email']),
  prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
  request_parameter_supported: false,
  request_uri_parameter_supported: false,
}

describe('metadata tells what is offered, and nothing else (RFC 8414 §2)', () => {
  test.each([
    {
      offer: 'machines alone',
      grantTypes: ['client_credentials'] as const,
      scopes: ['read', 'write'],
      more: {},
    },
    {
      offer: 'passwords',
      grantTypes: ['password', 'refresh_token'] as const,
      scopes: ['read'],
      more: withPublicClients,
    },
    { offer: 'codes', grantTypes: ['authorization_code'] as const, scopes: ['read'], more: withCodes },
    {
      offer: 'codes and OpenID',
      grantTypes: ['authorization_code'] as const,
      scopes: ['read', 'openid'],
      more: { ...withCodes, ...openId },
    },
  ])('$offer', ({ grantTypes, scopes, more }) => {
    expect(
      authorizationServerMetadata({
        issuer,
        prefix: '/oauth2',
        grantTypes,
        scopes,
        signingAlgorithm: 'ES256',
      }),
    ).toEqual({ ...machines, scopes_supported: scopes, grant_types_supported: grantTypes, ...more })
  })
})

test('endpoints stand below issuer and prefix', () => {
  expect([
    tokenPath('/oauth'),
    endpointPath('/oauth2', 'authorize'),
    grantPath('/oauth', 'client_credentials'),
  ]).toEqual(['/oauth/token', '/oauth2/authorize', '/oauth/token/client_credentials'])
})

test('well-known paths are those of RFC 8414 §3 and OpenID Connect Discovery §4', () => {
  expect(wellKnownPaths).toEqual({
    authorizationServer: '/.well-known/oauth-authorization-server',
    openidConfiguration: '/.well-known/openid-configuration',
    jwks: '/.well-known/jwks.json',
  })
})

test.each(grantTypes)('%s is a grant type', (name) => {
  expect(isGrantType(name)).toBe(true)
})
test.each(['', 'CLIENT_CREDENTIALS', 'client_credentials ', 'constructor', '__proto__', 'implicit'])(
  '%j is no grant type',
  (name) => {
    expect(isGrantType(name)).toBe(false)
  },
)
