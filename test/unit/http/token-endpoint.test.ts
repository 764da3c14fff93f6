import { importJWK, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { clientCredentials } from '../../../functions/grants/client_credentials/client-credentials.ts'
import { tokenEndpoint } from '../../../shared/http/token-endpoint.ts'
import { clientId } from '../../../shared/protocol/brands.ts'
import { formEvent, jsonEvent, lambdaContext } from '../../support/api-gateway-event.ts'
import { clientSecret, machineClient } from '../../support/clients.ts'
import { captureLog } from '../../support/log-lines.ts'
import { preset } from '../../support/presets.ts'
import { noStoreJson, rateTold, read } from '../../support/responses.ts'
import { memoryDeployment, memoryIssuing, NOW, publicJwk } from '../../support/token-deployment.ts'

const log = captureLog()
const issuer = 'https://abc123.execute-api.eu-west-1.amazonaws.com/prod'
const request = { grant_type: 'client_credentials', client_id: 'machine', client_secret: clientSecret }
const basic = `Basic ${Buffer.from(`machine:${clientSecret}`).toString('base64')}`
const rateHeaders = rateTold(NOW)

const endpointOf = (deployment: ReturnType<typeof memoryDeployment>) =>
  tokenEndpoint(clientCredentials, deployment, memoryIssuing({ config: deployment.config }).servicesFor)

async function call(
  event: Parameters<ReturnType<typeof endpointOf>>[0],
  deployment = memoryDeployment([machineClient()]),
) {
  return read(await endpointOf(deployment)(event, lambdaContext))
}
const claimsOf = async (body: unknown) => {
  const { access_token } = body as { readonly access_token: string }
  const key = await importJWK(publicJwk, 'ES256')
  return (await jwtVerify(access_token, key, { currentDate: new Date(NOW * 1000), typ: 'at+jwt' })).payload
}

describe('a client gets a token for itself (RFC 6749 §4.4)', () => {
  test.each([
    { how: 'a form', event: formEvent(request) },
    { how: 'JSON', event: jsonEvent(request) },
    {
      how: 'a form and Basic',
      event: formEvent({ grant_type: 'client_credentials' }, { headers: [['authorization', basic]] }),
    },
    {
      how: 'JSON and Basic',
      event: jsonEvent({ grant_type: 'client_credentials' }, { headers: [['AUTHORIZATION', basic]] }),
    },
    { how: 'unknown parameters, which are ignored (§3.2)', event: formEvent({ ...request, colour: 'red' }) },
    {
      how: 'the grant’s own URL',
      event: formEvent(request, { resource: '/oauth/token/client_credentials' }),
    },
    { how: 'unknown query parameters', event: formEvent(request, { query: { utm: '1', scope_: 'x' } }) },
  ])('by $how', async ({ event }) => {
    const { status, headers, body } = await call(event)
    expect({ status, headers, body }).toEqual({
      status: 200,
      headers: { ...noStoreJson, ...rateHeaders },
      body: {
        access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
        token_type: 'Bearer',
        expires_in: 3600,
        scope: 'read write',
      },
    })
    expect(await claimsOf(body)).toEqual({
      iss: issuer,
      aud: issuer,
      sub: 'machine',
      client_id: 'machine',
      scope: 'read write',
      iat: NOW,
      exp: NOW + 3600,
      jti: expect.any(String),
      gid: 'client:machine',
      gen: 0,
    })
  })

  test('with the scope it asks for', async () => {
    const { body } = await call(formEvent({ ...request, scope: 'write' }))
    expect((await claimsOf(body)).scope).toBe('write')
    expect(body).toMatchObject({ scope: 'write' })
  })

  test('in the style of its deployment', async () => {
    const config = {
      ...preset('buildr'),
      issuer: 'https://auth.example.com',
      accessToken: { format: 'jwt', audience: 'https://api.example.com' },
      grants: { client_credentials: { accessTokenTtlSeconds: 60, refreshToken: false, subject: 'client' } },
      response: { tokenType: 'bearer', scope: 'changed', refreshTokenExpiresIn: false },
    } as const
    const { body } = await call(
      formEvent({ ...request, scope: 'write read' }),
      memoryDeployment([machineClient()], { config }),
    )
    expect(body).toEqual({ access_token: expect.any(String), token_type: 'bearer', expires_in: 60 })
    expect(await claimsOf(body)).toMatchObject({
      iss: 'https://auth.example.com',
      aud: 'https://api.example.com',
      exp: NOW + 60,
    })
  })

  test('with the second of its secrets while the first is being exchanged', async () => {
    const [secret] = machineClient().secrets
    if (!secret) throw new Error('the client has a secret')
    const client = machineClient({ secrets: [{ ...secret, hash: 'other' }, secret] })
    expect((await call(formEvent(request), memoryDeployment([client]))).status).toBe(200)
  })

  test('and the log names client, grant, scope and lifetime, neither token nor secret', async () => {
    const { body } = await call(formEvent(request))
    expect(log.facts()).toEqual([
      {
        level: 'INFO',
        message: 'tokens issued',
        client_id: 'machine',
        grant_type: 'client_credentials',
        scope: ['read', 'write'],
        expires_in: 3600,
      },
    ])
    const { access_token } = body as { readonly access_token: string }
    expect(
      [clientSecret, access_token, access_token.split('.')[2]].filter((it) => log.text().includes(it ?? '')),
    ).toEqual([])
  })
})

describe('the rate of a client', () => {
  const tier = { requestsPerMinute: 2 }

  test('is told in every answer, and over the limit is 429 with the time to wait (RFC 6585 §4)', async () => {
    const handler = endpointOf(memoryDeployment([machineClient()], { tier }))
    const answers = []
    for (let count = 0; count < 4; count += 1)
      answers.push(read(await handler(formEvent(request), lambdaContext)))
    const told = (remaining: number) => rateTold(NOW, remaining, 2)
    const refusal = {
      status: 429,
      headers: { ...noStoreJson, ...told(0), 'Retry-After': '40' },
      body: { error: 'temporarily_unavailable', error_description: 'Too many requests' },
    }
    expect(answers).toEqual([
      {
        status: 200,
        headers: { ...noStoreJson, ...told(1) },
        body: expect.objectContaining({ expires_in: 3600 }),
      },
      {
        status: 200,
        headers: { ...noStoreJson, ...told(0) },
        body: expect.objectContaining({ expires_in: 3600 }),
      },
      refusal,
      refusal,
    ])
  })

  test.each([
    { client: machineClient(), subject: 'client:machine' },
    { client: machineClient({ account: 'acme' }), subject: 'account:acme' },
  ])('is counted for $subject', async ({ client, subject }) => {
    const deployment = memoryDeployment([client])
    await call(formEvent(request), deployment)
    expect(deployment.limits.writes).toEqual([subject])
  })

  test('is shared by the clients of one account', async () => {
    const other = machineClient({ clientId: clientId('other'), account: 'acme' })
    const deployment = memoryDeployment([machineClient({ account: 'acme' }), other], { tier })
    await call(formEvent(request), deployment)
    const { headers } = await call(formEvent({ ...request, client_id: 'other' }), deployment)
    expect(headers).toMatchObject({ 'X-RateLimit-Remaining': '0' })
  })
})
