import { describe, expect, test } from 'vitest'
import { apiEndpoint } from '../../../../functions/api/api.ts'
import { upstreamBusy, upstreamFailed, upstreamTooSlow } from '../../../../functions/api/upstream/failures.ts'
import type { Upstream, UpstreamAnswer, UpstreamRequest } from '../../../../functions/api/upstream/types.ts'
import type { ApiRoute } from '../../../../shared/config/types.ts'
import { epochSeconds } from '../../../../shared/protocol/brands.ts'
import { presentedTokenPath, unknownApiPath } from '../../../../shared/protocol/endpoints.ts'
import { SecretMissing } from '../../../../shared/stores/cached-secret.ts'
import { lambdaContext, REQUEST_ID } from '../../../support/api-gateway-event.ts'
import { captureLog } from '../../../support/log-lines.ts'
import { errorResponse, noStoreJson, rateTold, read } from '../../../support/responses.ts'
import { NOW, WINDOW_END } from '../../../support/token-deployment.ts'
import { type ApiRequest, ada, apiEvent, failedDescription, rate, slowDescription } from './support.ts'

const log = captureLog()
const scopes = {
  read: { contains: [] },
  write: { contains: [] },
  admin: { contains: ['all'] },
  all: { contains: ['read', 'write'] },
}
const routes: readonly ApiRoute[] = [
  { path: '/jobs', methods: ['GET'], scope: ['read'], upstream: 'jobs' },
  { path: '/jobs', methods: ['POST', 'PUT'], scope: ['read', 'write'], upstream: 'jobs' },
  { path: '/jobs/{id}', methods: ['GET', 'DELETE'], scope: ['read'], upstream: 'jobs' },
  { path: '/jobs/{id}', methods: ['HEAD'], scope: ['write'], upstream: 'jobs' },
  { path: '/lost', methods: ['GET'], scope: ['read'], upstream: 'lost' },
]
const ok: UpstreamAnswer = {
  status: 200,
  headers: { 'content-type': ['text/plain'] },
  body: Buffer.from('ok'),
}
const told = rateTold(NOW)

async function ask(request: ApiRequest, answer: UpstreamAnswer | Error = ok) {
  const asked: UpstreamRequest[] = []
  const jobs: Upstream = async (upstreamRequest) => {
    asked.push(upstreamRequest)
    if (answer instanceof Error) throw answer
    return answer
  }
  const handler = apiEndpoint({
    routes,
    scopes,
    upstreams: new Map([['jobs', jobs]]),
    clock: () => NOW * 1000,
  })
  return { response: await handler(apiEvent(request), lambdaContext), asked }
}
const refusal = async (request: ApiRequest, answer?: Error) => {
  const { response, asked } = await ask(request, answer)
  return { ...read(response), asked: asked.length }
}
const refused = (...[status, error, description, headers]: Parameters<typeof errorResponse>) => ({
  ...errorResponse(status, error, description, { ...told, ...headers }),
  asked: 0,
})
const withScope = (...scope: string[]) => ({ ...ada, scope })

describe('a request that may pass', () => {
  test('reaches its upstream, cleaned and naming its caller; the answer tells the rate', async () => {
    const { response, asked } = await ask(
      {
        method: 'POST',
        resource: '/jobs',
        caller: withScope('write', 'read'),
        headers: [
          ['AUTHORIZATION', 'Bearer token'],
          ['X-Scrip-Subject', 'root'],
          ['X_Scrip_Subject', 'root'],
          ['x-scrip-subject', 'root'],
          ['Accept', 'text/plain'],
          ['accept', 'text/html'],
          ['X-Forwarded-For', '6.6.6.6, 198.51.100.9, 192.0.2.7'],
          ['X-Forwarded-Proto', 'http'],
          ['Connection', 'X-Forwarded-For, X-Forwarded-Proto'],
        ],
        multiValueQuery: { x: ['1', '2'], access_token: ['token'] },
        body: Buffer.from([1, 255]),
        binary: true,
      },
      {
        status: 201,
        headers: {
          'content-type': ['text/plain'],
          'x-ratelimit-limit': ['1'],
          'x-ratelimit-remaining': ['0'],
          'set-cookie': ['a=1'],
          link: ['<a>', '<b>'],
        },
        body: Buffer.from('é'),
      },
    )
    expect(response).toEqual({
      statusCode: 201,
      headers: told,
      multiValueHeaders: { 'content-type': ['text/plain'], link: ['<a>', '<b>'] },
      body: 'é',
      isBase64Encoded: false,
    })
    expect(asked).toEqual([
      {
        method: 'POST',
        path: { path: '/jobs', parameters: {} },
        query: [
          ['x', '1'],
          ['x', '2'],
        ],
        headers: {
          accept: ['text/plain', 'text/html'],
          'x-forwarded-for': ['198.51.100.9'],
          'x-forwarded-proto': ['https'],
          'x-scrip-subject': ['subject%20of%20ada'],
          'x-scrip-username': ['ada'],
          'x-scrip-client-id': ['app'],
          'x-scrip-account': ['acme'],
          'x-scrip-scope': ['write read'],
          'x-scrip-token-kind': ['access_token'],
          'x-scrip-token-id': ['T2lkLW9mLXRva2Vu'],
          'x-scrip-tier': ['standard'],
          'x-scrip-request-id': [REQUEST_ID],
        },
        body: Buffer.from([1, 255]),
        caller: withScope('write', 'read'),
        arrival: {
          requestId: REQUEST_ID,
          resource: '/jobs',
          stage: 'prod',
          sourceIp: '198.51.100.9',
          userAgent: null,
        },
      },
    ])
  })

  test.each([
    { what: 'bytes that are no text', body: Buffer.from([255]), headers: {}, expected: ['/w==', true] },
    {
      what: 'what has a content coding',
      body: Buffer.from('a'),
      headers: { 'content-encoding': ['gzip'] },
      expected: ['YQ==', true],
    },
    { what: 'a byte order mark', body: Buffer.from('\ufeffa'), headers: {}, expected: ['\ufeffa', false] },
    { what: 'nothing', body: Buffer.alloc(0), headers: {}, expected: ['', false] },
  ])('gets $what as they are', async ({ body, headers, expected }) => {
    const { response } = await ask({}, { status: 200, headers, body })
    expect([response.body, response.isBase64Encoded]).toEqual(expected)
  })

  test.each([4_500_000, 1_000_001])(
    'gets %i bytes of text within what a function may answer',
    async (bytes) => {
      const { response } = await ask({}, { ...ok, body: Buffer.alloc(bytes, '"') })
      expect(response.isBase64Encoded).toBe(true)
      expect(JSON.stringify(response).length).toBeLessThan(6_291_456)
    },
  )

  test.each([
    { method: 'HEAD', status: 200 },
    { method: 'GET', status: 204 },
    { method: 'GET', status: 304 },
  ])('$method $status has no body', async ({ method, status }) => {
    const { response } = await ask({ method }, { ...ok, status })
    expect(response).toEqual({
      statusCode: status,
      headers: told,
      multiValueHeaders: { 'content-type': ['text/plain'] },
      body: '',
      isBase64Encoded: false,
    })
  })

  test.each([302, 400, 404, 429, 500, 503])('an upstream’s %i is passed on', async (status) => {
    const { response } = await ask({}, { ...ok, status, headers: { location: ['/x'], 'retry-after': ['9'] } })
    expect(response).toEqual({
      statusCode: status,
      headers: told,
      multiValueHeaders: { location: ['/x'], 'retry-after': ['9'] },
      body: 'ok',
      isBase64Encoded: false,
    })
  })

  test.each([
    { what: 'one that contains it', caller: withScope('all') },
    { what: 'one that contains it through another', caller: withScope('admin') },
  ])('holds its scope by $what', async ({ caller }) => {
    expect((await ask({ method: 'PUT', caller })).response.statusCode).toBe(200)
  })
})

describe('a request that may not', () => {
  const unknown = refused(404, 'invalid_request', 'There is nothing here')
  test.each([unknownApiPath, '/constructor', '/jobs/', '/JOBS', ''])(
    'is 404 for what is no route: %s',
    async (resource) => {
      const path = resource === unknownApiPath ? '/api/v1/nope' : resource
      expect(await refusal({ resource, path })).toEqual(unknown)
    },
  )

  test.each([
    { resource: '/jobs', method: 'DELETE', allow: 'GET, HEAD, POST, PUT' },
    { resource: '/jobs', method: 'OPTIONS', allow: 'GET, HEAD, POST, PUT' },
    { resource: '/jobs', method: 'get', allow: 'GET, HEAD, POST, PUT' },
    { resource: '/jobs/{id}', method: 'POST', allow: 'GET, HEAD, DELETE' },
    { resource: presentedTokenPath, method: 'POST', allow: 'GET, HEAD' },
  ])('is 405 for $method $resource, with the methods that there are', async ({ allow, ...request }) => {
    expect(await refusal(request)).toEqual(
      refused(405, 'invalid_request', `This takes ${allow}`, { Allow: allow }),
    )
  })

  test.each([
    { method: 'GET', caller: withScope(), needed: 'read' },
    { method: 'GET', caller: withScope('write'), needed: 'read' },
    { method: 'HEAD', caller: withScope('write'), needed: 'read' },
    { method: 'PUT', caller: withScope('read'), needed: 'read write' },
    { method: 'PUT', caller: withScope('constructor'), needed: 'read write' },
    { method: 'HEAD', resource: '/jobs/{id}', path: '/jobs/..', caller: withScope('read'), needed: 'write' },
  ])('is 403 without the scope: $method needs $needed', async ({ needed, ...request }) => {
    expect(await refusal(request)).toEqual(
      refused(403, 'insufficient_scope', `This needs the scope ${needed}`, {
        'WWW-Authenticate': `Bearer realm="oauth", error="insufficient_scope", scope="${needed}"`,
      }),
    )
  })

  test.each([
    { path: '/jobs/..', pathParameters: { id: '..' } },
    { path: '/jobs/a%2fb', pathParameters: { id: 'a/b' } },
    { path: '/jobs/a', pathParameters: { id: 'b' } },
  ])('is 400 for the path $path', async (request) => {
    expect(await refusal({ resource: '/jobs/{id}', ...request })).toEqual(
      refused(400, 'invalid_request', 'The path is not valid'),
    )
  })

  test.each([
    { what: 'a route', request: {} },
    { what: 'an unknown path', request: { resource: unknownApiPath, path: '/api/v1/x' } },
    { what: 'a scope it lacks', request: { caller: withScope() } },
    { what: 'its own token', request: { resource: presentedTokenPath } },
  ])('is 429 over its rate, whatever it asks for: $what', async ({ request }) => {
    const over = rateTold(NOW, 0)
    expect(await refusal({ ...request, rate: rate({ allowed: false, remaining: 0 }) })).toEqual({
      ...errorResponse(429, 'temporarily_unavailable', 'Too many requests', {
        ...over,
        'Retry-After': String(WINDOW_END - NOW),
      }),
      asked: 0,
    })
  })
})

describe('an upstream without an answer', () => {
  const rows: readonly { error: Error; response: Parameters<typeof errorResponse> }[] = [
    {
      error: upstreamFailed('jobs', 'ECONNREFUSED'),
      response: [502, 'server_error', failedDescription],
    },
    {
      error: upstreamTooSlow('jobs', 5),
      response: [504, 'temporarily_unavailable', slowDescription],
    },
    {
      error: upstreamBusy('jobs'),
      response: [
        503,
        'temporarily_unavailable',
        'This service is busy. Please try again',
        { 'Retry-After': '1' },
      ],
    },
    {
      error: new SecretMissing('of upstream jobs'),
      response: [
        503,
        'temporarily_unavailable',
        'This service is busy. Please try again',
        { 'Retry-After': '1' },
      ],
    },
    {
      error: new TypeError('hush'),
      response: [500, 'server_error', 'Something went wrong here. Please try again'],
    },
  ]
  test.each(rows)('is $response.0, and tells the rate', async ({ error, response }) => {
    expect(await refusal({}, error)).toEqual({ ...refused(...response), asked: 1 })
    expect(log.facts()).toEqual([
      expect.objectContaining({ level: 'INFO', message: 'api request', status: response[0] }),
      expect.objectContaining({ level: 'ERROR', message: 'request failed', status: response[0] }),
    ])
  })

  test.each([
    { what: 'an interim status', answer: { ...ok, status: 100 }, reason: 'a status that is none' },
    { what: 'a status beyond HTTP', answer: { ...ok, status: 999 }, reason: 'a status that is none' },
    {
      what: 'too long a body',
      answer: { ...ok, body: Buffer.alloc(4_500_001) },
      reason: 'a body over the limit',
    },
    {
      what: 'more headers than API Gateway takes',
      answer: { ...ok, headers: { 'x-a': Array(9).fill('a'.repeat(1_000)) } },
      reason: 'headers over the limit',
    },
  ])('or with $what is 502', async ({ answer, reason }) => {
    const { response } = await ask({}, answer)
    expect(read(response)).toEqual(errorResponse(502, 'server_error', failedDescription, told))
    expect(log.facts()[1]).toMatchObject({ reason: `upstream jobs: ${reason}` })
  })

  test('that is not deployed is 500', async () => {
    expect(await refusal({ resource: '/lost' })).toEqual(
      refused(500, 'server_error', 'Something went wrong here. Please try again'),
    )
  })
})

describe('GET /api/v1/token tells a caller about its token, and needs no scope', () => {
  test('of an app, with a user', async () => {
    const { response, asked } = await ask({
      resource: presentedTokenPath,
      caller: { ...ada, scope: ['write', 'read'] },
    })
    expect(read(response)).toEqual({
      status: 200,
      headers: { ...noStoreJson, ...told },
      body: {
        kind: 'access_token',
        sub: 'subject of ada',
        username: 'ada',
        client_id: 'app',
        account: 'acme',
        scope: 'write read',
        tier: 'standard',
        iat: NOW - 10,
        exp: NOW + 3590,
        id: 'T2lkLW9mLXRva2Vu',
      },
    })
    expect(asked).toEqual([])
  })
  test('of an API, which never ends', async () => {
    const caller = {
      kind: 'api_token',
      tokenId: 'id',
      name: 'Tökén',
      subject: 'acme',
      account: 'acme',
      scope: [],
      tier: 'free',
      issuedAt: epochSeconds(7),
    } as const
    expect(read((await ask({ resource: presentedTokenPath, caller })).response)).toEqual({
      status: 200,
      headers: { ...noStoreJson, ...told },
      body: {
        kind: 'api_token',
        name: 'Tökén',
        sub: 'acme',
        account: 'acme',
        scope: '',
        tier: 'free',
        iat: 7,
        id: 'id',
      },
    })
  })
})

test('a method behind no authorizer is a fault of the deployment', async () => {
  const handler = apiEndpoint({ routes, scopes, upstreams: new Map(), clock: () => NOW * 1000 })
  const event = apiEvent({})
  const open = { ...event, requestContext: { ...event.requestContext, authorizer: undefined } }
  expect(read(await handler(open as typeof event, lambdaContext))).toEqual(
    errorResponse(500, 'server_error', 'Something went wrong here. Please try again'),
  )
})

test('the log has one line of facts, and neither query nor body nor token', async () => {
  await ask(
    {
      method: 'POST',
      caller: withScope('admin'),
      headers: [['Authorization', 'Bearer hush']],
      query: { hush: 'hush' },
      body: 'hush',
    },
    { ...ok, body: Buffer.from('hush') },
  )
  const lines = log
    .text()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines).toEqual([
    expect.objectContaining({
      level: 'INFO',
      message: 'api request',
      request_id: REQUEST_ID,
      route: '/jobs',
      method: 'POST',
      upstream: 'jobs',
      upstream_status: 200,
      status: 200,
      milliseconds: 0,
      token_kind: 'access_token',
      token_id: 'T2lkLW9mLXRva2Vu',
      client_id: 'app',
      account: 'acme',
      tier: 'standard',
    }),
  ])
  expect(log.text()).not.toContain('hush')
})
