import { createRemoteJWKSet, jwtVerify } from 'jose'
import * as openid from 'openid-client'
import { ClientCredentials } from 'simple-oauth2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DemoClient, type RunningStack, startStack } from '../support/local-stack.ts'

const ways = [
  { way: 'behind the edge', environment: {}, stage: '' },
  { way: 'without an edge', environment: { EDGE: 'none', STAGE_PATH: '/prod' }, stage: '/prod' },
]

describe.each(ways)('real OAuth clients $way', ({ environment, stage }) => {
  let stack: RunningStack
  let client: DemoClient
  let issuer: string

  beforeAll(async () => {
    stack = await startStack(environment)
    issuer = stack.url + stage
    const [demo] = stack.demo().clients
    if (!demo) throw new Error('the demo data has no client')
    client = demo
  })
  afterAll(async () => {
    await stack?.stop()
  })

  async function verifiedScope(accessToken: string): Promise<unknown> {
    const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`))
    const { payload } = await jwtVerify(accessToken, keys, { issuer, audience: issuer, typ: 'at+jwt' })
    return payload.scope
  }

  describe('openid-client', () => {
    const methods = [
      { method: 'client_secret_basic', authentication: openid.ClientSecretBasic },
      { method: 'client_secret_post', authentication: openid.ClientSecretPost },
    ]
    const algorithms = [
      { metadata: 'OpenID Connect Discovery', algorithm: 'oidc' as const },
      // RFC 8414 puts the well-known path in front of the issuer's own, which only an edge can serve.
      ...(stage === '' ? [{ metadata: 'RFC 8414', algorithm: 'oauth2' as const }] : []),
    ]

    test.each(methods.flatMap((method) => algorithms.map((algorithm) => ({ ...method, ...algorithm }))))(
      'finds its way by $metadata and gets a token by $method',
      async ({ authentication, algorithm }) => {
        const configuration = await openid.discovery(
          new URL(issuer),
          client.client_id,
          undefined,
          authentication(client.client_secret),
          { algorithm, execute: [openid.allowInsecureRequests] },
        )
        const tokens = await openid.clientCredentialsGrant(configuration, { scope: 'read write' })
        expect(tokens).toEqual({
          access_token: expect.any(String),
          token_type: 'bearer',
          expires_in: 3600,
        })
        expect(await verifiedScope(tokens.access_token)).toBe('read write')
      },
    )

    test('reads the reason of a refusal', async () => {
      const configuration = await openid.discovery(
        new URL(issuer),
        client.client_id,
        undefined,
        openid.ClientSecretPost(client.client_secret),
        { execute: [openid.allowInsecureRequests] },
      )
      await expect(
        openid.clientCredentialsGrant(configuration, { scope: 'everything' }),
      ).rejects.toMatchObject({
        error: 'invalid_scope',
        error_description: 'unknown scope: everything',
        status: 400,
      })
    })
  })

  describe('simple-oauth2', () => {
    test.each([
      { how: 'Basic and a form', options: { authorizationMethod: 'header', bodyFormat: 'form' } as const },
      { how: 'the body as a form', options: { authorizationMethod: 'body', bodyFormat: 'form' } as const },
      { how: 'the body as JSON', options: { authorizationMethod: 'body', bodyFormat: 'json' } as const },
      { how: 'Basic and JSON', options: { authorizationMethod: 'header', bodyFormat: 'json' } as const },
    ])('gets a token by $how', async ({ options }) => {
      const oauth = new ClientCredentials({
        client: { id: client.client_id, secret: client.client_secret },
        auth: { tokenHost: stack.url, tokenPath: `${stage}/oauth/token` },
        options,
      })
      const { token } = await oauth.getToken({ scope: 'admin' })
      expect(token).toEqual({
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 3600,
        expires_at: expect.any(Date),
      })
      expect(await verifiedScope(String(token.access_token))).toBe('admin')
    })
  })
})
