import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DemoClient, type RunningStack, startStack } from '../support/local-stack.ts'
import { postJson } from '../support/token-request.ts'

const ways = [
  { way: 'behind the edge', environment: {} },
  { way: 'without an edge, at the stage /prod', environment: { EDGE: 'none', STAGE_PATH: '/prod' } },
]

describe.each(ways)('Buildr $way', ({ environment }) => {
  let stack: RunningStack
  let client: DemoClient
  let issuer: string
  let tokenEndpoint: string

  beforeAll(async () => {
    stack = await startStack({ PRESET: 'buildr', ...environment })
    issuer = stack.url + (environment.STAGE_PATH ?? '')
    tokenEndpoint = `${issuer}/oauth/token`
    const [demo] = stack.demo().clients
    if (!demo) throw new Error('the demo data has no client')
    client = demo
  })
  afterAll(async () => {
    await stack?.stop()
  })

  const request = (more: Record<string, string> = {}) => ({
    grant_type: 'client_credentials',
    client_id: client.client_id,
    client_secret: client.client_secret,
    ...more,
  })
  const accessToken = (body: unknown) => (body as { access_token: string }).access_token
  const invalidClient = { error: 'invalid_client', error_description: 'Client authentication failed' }

  test('B3.1 POST /oauth/token takes the JSON body of the manual', async () => {
    const { status, body } = await postJson(tokenEndpoint, request({ scope: 'read write' }))
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 3600,
        scope: 'read write',
      },
    })
  })

  test.each(['read', 'write'])(
    'B3.2 %s alone is granted alone: neither contains the other',
    async (scope) => {
      const { body } = await postJson(tokenEndpoint, request({ scope }))
      expect(body).toEqual({
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 3600,
        scope,
      })
      const { payload } = await jwtVerify(
        accessToken(body),
        createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`)),
        { issuer, audience: issuer, typ: 'at+jwt', algorithms: ['ES256'] },
      )
      expect(payload).toEqual({
        iss: issuer,
        aud: issuer,
        sub: client.client_id,
        client_id: client.client_id,
        scope,
        iat: expect.any(Number),
        exp: (payload.iat ?? 0) + 3600,
        jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
        gid: `client:${client.client_id}`,
        gen: 0,
      })
    },
  )

  test('B3.3 the answer has the granted scope and no refresh token, and is not to be stored', async () => {
    const { headers, body } = await postJson(tokenEndpoint, request({ scope: 'write read' }))
    expect(body).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 3600,
      scope: 'write read',
    })
    expect(headers.get('content-type')).toBe('application/json')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('pragma')).toBe('no-cache')
  })

  test('B3.4 refreshing is the same grant again; without scope it gives all registered scopes', async () => {
    const { status, body } = await postJson(tokenEndpoint, request())
    expect({ status, body }).toEqual({
      status: 200,
      body: { access_token: expect.any(String), token_type: 'Bearer', expires_in: 3600, scope: 'read write' },
    })
  })

  test('B3.5 each request gives another access token, and the former still verifies', async () => {
    const first = accessToken((await postJson(tokenEndpoint, request())).body)
    const second = accessToken((await postJson(tokenEndpoint, request())).body)
    expect(first).not.toBe(second)
    expect(decodeJwt(first).jti).not.toBe(decodeJwt(second).jti)
    const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`))
    const verified = await Promise.all([first, second].map((token) => jwtVerify(token, keys, { issuer })))
    expect(verified.map(({ payload }) => payload.jti)).toEqual([decodeJwt(first).jti, decodeJwt(second).jti])
  })

  test('B3.6 an unknown scope is 400 invalid_scope and is named', async () => {
    const { status, body } = await postJson(tokenEndpoint, request({ scope: 'read delete' }))
    expect({ status, body }).toEqual({
      status: 400,
      body: { error: 'invalid_scope', error_description: 'unknown scope: delete' },
    })
  })

  test('B3.6 a bad secret is 401 invalid_client, and tells how to authenticate', async () => {
    const { status, body, headers } = await postJson(
      tokenEndpoint,
      request({ client_secret: 'x'.repeat(43) }),
    )
    expect({ status, body }).toEqual({ status: 401, body: invalidClient })
    // Without an edge API Gateway renames the header; with one, the edge function puts the name right.
    const name = environment.EDGE === 'none' ? 'x-amzn-remapped-www-authenticate' : 'www-authenticate'
    expect(headers.get(name)).toBe('Basic realm="oauth", charset="UTF-8"')
  })

  test('B3.6 malformed JSON is 400 invalid_request', async () => {
    const { status, body } = await postJson(tokenEndpoint, '{"grant_type": "client_credentials",')
    expect({ status, body }).toEqual({
      status: 400,
      body: { error: 'invalid_request', error_description: 'The body is not valid JSON' },
    })
  })
})
