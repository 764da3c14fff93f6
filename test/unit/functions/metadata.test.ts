import { describe, expect, test } from 'vitest'
import { metadataEndpoint } from '../../../functions/metadata/metadata.ts'
import { wellKnownPaths } from '../../../shared/protocol/endpoints.ts'
import type { GrantType } from '../../../shared/protocol/grant-types.ts'
import { authorizationServerMetadata } from '../../../shared/protocol/metadata.ts'
import { SecretMissing } from '../../../shared/stores/cached-secret.ts'
import { apiGatewayEvent, lambdaContext } from '../../support/api-gateway-event.ts'
import { preset } from '../../support/presets.ts'
import { errorResponse, read } from '../../support/responses.ts'
import { publicJwk } from '../../support/token-deployment.ts'

const jwks = { keys: [publicJwk] }
const get = (
  resource: string,
  config = preset('default'),
  keys: () => Promise<typeof jwks> = async () => jwks,
) => metadataEndpoint(config, keys)(apiGatewayEvent({ method: 'GET', resource }), lambdaContext).then(read)
const issuer = 'https://abc123.execute-api.eu-west-1.amazonaws.com/prod'
const headers = (type: string) => ({
  'Content-Type': type,
  'Cache-Control': 'public, max-age=300',
  'Access-Control-Allow-Origin': '*',
})
const documentOf = (grantTypes: readonly GrantType[], scopes: readonly string[]) =>
  authorizationServerMetadata({ issuer, prefix: '/oauth', grantTypes, scopes, signingAlgorithm: 'ES256' })

describe.each([
  { standard: 'RFC 8414 §3', path: wellKnownPaths.authorizationServer },
  { standard: 'OpenID Connect Discovery §4', path: wellKnownPaths.openidConfiguration },
])('the metadata of $standard', ({ path }) => {
  test.each([
    { name: 'buildr', expected: documentOf(['client_credentials'], ['read', 'write']) },
    {
      name: 'default',
      expected: documentOf(
        ['authorization_code', 'client_credentials', 'refresh_token'],
        ['read', 'write', 'admin', 'openid', 'profile', 'email'],
      ),
    },
  ])('under $name tells all that it offers, and nothing else', async ({ name, expected }) => {
    expect(await get(path, preset(name))).toEqual({
      status: 200,
      headers: headers('application/json'),
      body: expected,
    })
  })

  test('leaves scopes about a person out where no grant signs people in', async () => {
    const { authorization_code: _, ...grants } = preset('default').grants
    const { body } = await get(path, { ...preset('default'), grants })
    expect(body).toEqual(documentOf(['client_credentials', 'refresh_token'], ['read', 'write', 'admin']))
  })

  test('names the configured issuer', async () => {
    const { body } = await get(path, { ...preset('buildr'), issuer: 'https://auth.example.com' })
    expect(body).toMatchObject({
      issuer: 'https://auth.example.com',
      token_endpoint: 'https://auth.example.com/oauth/token',
    })
  })
})

describe('the keys (RFC 7517 §5)', () => {
  test('are the published ones', async () => {
    expect(await get(wellKnownPaths.jwks)).toEqual({
      status: 200,
      headers: headers('application/jwk-set+json'),
      body: { keys: [publicJwk] },
    })
  })
  test('are 503 before there are any, and nothing keeps that answer', async () => {
    const missing = async () => {
      throw new SecretMissing('verification-keys')
    }
    expect(await get(wellKnownPaths.jwks, preset('default'), missing)).toEqual(
      errorResponse(503, 'temporarily_unavailable', 'This service is busy. Please try again', {
        'Retry-After': '1',
      }),
    )
  })
})
