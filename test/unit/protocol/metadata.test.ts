import { expect, test } from 'vitest'
import { formatEndpoints, grantPath, tokenPath, wellKnownPaths } from '../../../shared/protocol/endpoints.ts'
import { grantTypes, isGrantType } from '../../../shared/protocol/grant-types.ts'
import { authorizationServerMetadata } from '../../../shared/protocol/metadata.ts'

const issuer = 'https://auth.example.com/prod'

test('metadata tells what is offered, and nothing else (RFC 8414 §2)', () => {
  expect(
    authorizationServerMetadata({
      issuer,
      prefix: '/oauth2',
      grantTypes: ['client_credentials'],
      scopes: ['read', 'write'],
    }),
  ).toEqual({
    issuer,
    token_endpoint: 'https://auth.example.com/prod/oauth2/token',
    jwks_uri: 'https://auth.example.com/prod/.well-known/jwks.json',
    scopes_supported: ['read', 'write'],
    response_types_supported: [],
    grant_types_supported: ['client_credentials'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  })
})

test('endpoints stand below issuer and prefix', () => {
  expect(formatEndpoints('http://127.0.0.1:3000', '/oauth')).toEqual({
    token_endpoint: 'http://127.0.0.1:3000/oauth/token',
    jwks_uri: 'http://127.0.0.1:3000/.well-known/jwks.json',
  })
  expect([tokenPath('/oauth'), grantPath('/oauth', 'client_credentials')]).toEqual([
    '/oauth/token',
    '/oauth/token/client_credentials',
  ])
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
