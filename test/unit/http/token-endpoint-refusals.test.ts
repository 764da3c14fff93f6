import { describe, expect, test } from 'vitest'
import { clientCredentials } from '../../../functions/grants/client_credentials/client-credentials.ts'
import { tokenEndpoint } from '../../../shared/http/token-endpoint.ts'
import { clientId, epochSeconds } from '../../../shared/protocol/brands.ts'
import { sha256 } from '../../../shared/protocol/hash.ts'
import { SecretMissing } from '../../../shared/stores/cached-secret.ts'
import { formEvent, jsonEvent, lambdaContext, type Request } from '../../support/api-gateway-event.ts'
import { clientSecret, machineClient, publicClient } from '../../support/clients.ts'
import { captureLog } from '../../support/log-lines.ts'
import { preset } from '../../support/presets.ts'
import { errorResponse, rateTold, read } from '../../support/responses.ts'
import { memoryDeployment, memoryIssuing, NOW } from '../../support/token-deployment.ts'

const log = captureLog()
const request = { grant_type: 'client_credentials', client_id: 'machine', client_secret: clientSecret }
const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
const challenge = { 'WWW-Authenticate': 'Basic realm="oauth", charset="UTF-8"' }
const rate = rateTold(NOW)
const hash = sha256(clientSecret)
const createdAt = epochSeconds(0)
const clients = [
  machineClient(),
  publicClient(),
  machineClient({
    clientId: clientId('expired'),
    secrets: [{ hash, createdAt, expiresAt: epochSeconds(NOW) }],
  }),
  machineClient({ clientId: clientId('no-grant'), grantTypes: [] }),
  machineClient({ clientId: clientId('dropped-scope'), scope: ['gone'] }),
  publicClient({ clientId: clientId('public-no-grant'), grantTypes: [] }),
]
const call = async (
  event: ReturnType<typeof formEvent>,
  deployment = memoryDeployment(clients),
  issuing: Parameters<typeof memoryIssuing>[0] = {},
) => {
  const { servicesFor } = memoryIssuing({ config: deployment.config, ...issuing })
  return read(await tokenEndpoint(clientCredentials, deployment, servicesFor)(event, lambdaContext))
}

/** Nothing of a request's secrets may come back, or into the log. */
const hushed = [
  clientSecret,
  'wrong-and-hushed',
  hash,
  Buffer.from(`machine:${clientSecret}`).toString('base64'),
]

describe('client authentication fails with the same answer for every reason (RFC 6749 §5.2)', () => {
  test.each([
    { event: formEvent({ ...request, client_id: 'nobody' }), reason: 'unknown client' },
    {
      event: formEvent({ ...request, client_secret: 'wrong-and-hushed' }),
      reason: 'wrong or expired client secret',
    },
    { event: formEvent({ ...request, client_id: 'expired' }), reason: 'wrong or expired client secret' },
    { event: formEvent({ ...request, client_id: 'app' }), reason: 'a public client has no secret' },
    {
      event: formEvent({ grant_type: 'client_credentials', client_id: 'machine' }),
      reason: 'no client secret',
    },
    { event: formEvent({ grant_type: 'client_credentials', client_id: 'nobody' }), reason: 'unknown client' },
    { event: formEvent({ grant_type: 'client_credentials' }), reason: 'no client credentials' },
    {
      event: formEvent(
        { grant_type: 'client_credentials' },
        {
          headers: [['Authorization', basic('machine', 'wrong-and-hushed')]],
        },
      ),
      reason: 'wrong or expired client secret',
    },
    {
      event: formEvent(
        { grant_type: 'client_credentials' },
        { headers: [['Authorization', `Bearer ${clientSecret}`]] },
      ),
      reason: 'the Authorization header is not Basic credentials',
    },
    {
      event: formEvent({ ...request, client_id: 'nobody', scope: 'nope' }),
      reason: 'unknown client',
    },
  ])('$reason', async ({ event, reason }) => {
    expect(await call(event)).toEqual(
      errorResponse(401, 'invalid_client', 'Client authentication failed', { ...challenge, ...rate }),
    )
    expect(log.facts()).toEqual([expect.objectContaining({ level: 'WARN', error: 'invalid_client', reason })])
    expect(hushed.filter((secret) => log.text().includes(secret))).toEqual([])
  })

  test('and counts the caller’s address, which alone is known', async () => {
    const deployment = memoryDeployment(clients)
    await call(formEvent({ ...request, client_secret: 'wrong-and-hushed' }), deployment)
    expect(deployment.limits.writes).toEqual(['source:192.0.2.7'])
  })
})

describe('a request is refused', () => {
  const both = 'Client credentials must come in the Authorization header or in the body, not in both'
  test.each([
    { what: 'without grant_type', body: {}, code: 'invalid_request', description: 'grant_type is required' },
    {
      what: 'with an empty grant_type',
      body: { grant_type: '' },
      code: 'invalid_request',
      description: 'grant_type is required',
    },
    ...['password', 'CLIENT_CREDENTIALS', 'constructor', '__proto__'].map((grant_type) => ({
      what: `for grant_type ${grant_type}, before anybody is asked for`,
      body: { ...request, client_id: 'nobody', grant_type },
      code: 'unsupported_grant_type',
      description: 'This grant type is not offered here',
    })),
    {
      what: 'with credentials in two ways',
      body: request,
      headers: [['Authorization', basic('machine', clientSecret)]] as const,
      code: 'invalid_request',
      description: both,
    },
    ...['grant_type', 'client_id', 'client_secret', 'scope'].map((name) => ({
      what: `with ${name} in the URL (RFC 6749 §2.3.1)`,
      body: request,
      query: { [name]: 'wrong-and-hushed' },
      code: 'invalid_request',
      description: `${name} must come in the body, not in the URL`,
    })),
  ])('$what', async ({ body, code, description, ...more }) => {
    expect(await call(formEvent(body, more as Request))).toEqual(errorResponse(400, code, description, rate))
    expect(log.facts()).toEqual([
      expect.objectContaining({ level: 'WARN', error: code, reason: description }),
    ])
    expect(hushed.filter((secret) => log.text().includes(secret))).toEqual([])
  })
})

describe('an authenticated client is refused, and told where its rate stands', () => {
  test.each([
    {
      what: 'for a grant it is not registered for',
      body: { ...request, client_id: 'no-grant' },
      code: 'unauthorized_client',
      description: 'This client is not registered for client_credentials',
    },
    {
      what: 'for a grant of confidential clients (RFC 6749 §4.4)',
      body: { grant_type: 'client_credentials', client_id: 'app' },
      code: 'unauthorized_client',
      description: 'client_credentials is for clients that authenticate',
    },
    {
      what: 'for a grant that neither it nor its kind may use',
      body: { grant_type: 'client_credentials', client_id: 'public-no-grant' },
      code: 'unauthorized_client',
      description: 'This client is not registered for client_credentials',
    },
    {
      what: 'for an unknown scope, by name',
      body: { ...request, scope: 'read nope' },
      code: 'invalid_scope',
      description: 'unknown scope: nope',
    },
    {
      what: 'for a scope outside the grammar',
      body: { ...request, scope: 'a"b' },
      code: 'invalid_scope',
      description: 'scope has a character that no scope may have',
    },
    {
      what: 'when it has no scope left',
      body: { ...request, client_id: 'dropped-scope' },
      code: 'invalid_scope',
      description: 'no scope was requested, and this client has none by default',
    },
  ])('$what', async ({ body, code, description }) => {
    expect(await call(jsonEvent(body))).toEqual(errorResponse(400, code, description, rate))
    expect(log.facts()).toEqual([
      expect.objectContaining({ level: 'WARN', error: code, reason: description, client_id: body.client_id }),
    ])
  })

  test('for a scope that is about a person: a machine has nobody to tell of', async () => {
    const everything = machineClient({ scope: ['read', 'openid'] })
    const deployment = memoryDeployment([everything], { config: preset('default') })
    expect(await call(formEvent({ ...request, scope: 'openid' }), deployment)).toEqual(
      errorResponse(400, 'invalid_scope', 'unknown scope: openid', rate),
    )
  })

  test('for a grant that the deployment does not offer', async () => {
    const deployment = memoryDeployment(clients, { config: { ...preset('buildr'), grants: {} } })
    expect(await call(formEvent(request), deployment)).toEqual(
      errorResponse(400, 'unsupported_grant_type', 'This grant type is not offered here', rate),
    )
  })
})

describe('a failure of our own tells the caller nothing', () => {
  const boom = async () => {
    throw new Error(`cannot read ${clientSecret} in eu-west-1`)
  }
  const throttled = async () => {
    throw Object.assign(new Error('slow down'), { name: 'ProvisionedThroughputExceededException' })
  }
  const server = errorResponse(500, 'server_error', 'Something went wrong here. Please try again')
  const busy = errorResponse(503, 'temporarily_unavailable', 'This service is busy. Please try again', {
    'Retry-After': '1',
  })
  test.each([
    { what: 'reading the client', different: { clients: { find: boom } }, response: server },
    { what: 'counting', different: { limiter: { count: boom } }, response: server },
    { what: 'looking up the tier', different: { tierOf: boom }, response: server },
    {
      what: 'signing',
      different: {},
      issuing: { signingKey: boom },
      response: { ...server, headers: { ...server.headers, ...rate } },
    },
    { what: 'a throttled read', different: { clients: { find: throttled } }, response: busy },
    { what: 'a throttled count', different: { limiter: { count: throttled } }, response: busy },
    {
      what: 'a deployment without keys yet',
      different: {},
      issuing: {
        signingKey: async () => {
          throw new SecretMissing('signing-keys')
        },
      },
      response: { ...busy, headers: { ...busy.headers, ...rate } },
    },
  ])('$what', async ({ different, issuing, response }) => {
    const deployment = memoryDeployment(clients, different)
    expect(await call(formEvent(request), deployment, issuing)).toEqual(response)
    expect(log.facts()).toEqual([expect.objectContaining({ level: 'ERROR', status: response.status })])
  })
})
