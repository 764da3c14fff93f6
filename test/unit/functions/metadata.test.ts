import { describe, expect, test } from 'vitest'
import { metadataEndpoint } from '../../../functions/metadata/metadata.ts'
import { wellKnownPaths } from '../../../shared/protocol/endpoints.ts'
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
const document = {
  issuer,
  token_endpoint: `${issuer}/oauth/token`,
  jwks_uri: `${issuer}/.well-known/jwks.json`,
  scopes_supported: ['read', 'write'],
  response_types_supported: [],
  grant_types_supported: ['client_credentials'],
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
}

describe.each([
  { standard: 'RFC 8414 §3', path: wellKnownPaths.authorizationServer },
  { standard: 'OpenID Connect Discovery §4', path: wellKnownPaths.openidConfiguration },
])('the metadata of $standard', ({ path }) => {
  test.each([
    { name: 'buildr', expected: document },
    // Its scopes about a person are left out: no grant here signs people in.
    { name: 'default', expected: { ...document, scopes_supported: ['read', 'write', 'admin'] } },
  ])('under $name tells all that it offers, and nothing else', async ({ name, expected }) => {
    expect(await get(path, preset(name))).toEqual({
      status: 200,
      headers: headers('application/json'),
      body: expected,
    })
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
