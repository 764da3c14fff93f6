import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientId } from '../../shared/protocol/brands.ts'
import { type OperatedStack, startOperatedStack } from '../support/operated-stack.ts'
import { preset } from '../support/presets.ts'
import { type RawAnswer, type RawRequest, rawRequest } from '../support/raw-request.ts'
import { client, credentials } from '../support/seeded-apps.ts'

const scopes = ['read:jobs', 'read:builds', 'read:analytics', 'write:connections', 'write:alerts', 'admin']
/** One route for each scope, and the route that `admin` alone opens. */
const routes = {
  'read:jobs': { path: '/api/v1/jobs' },
  'read:builds': { path: '/api/v1/builds/7/logs' },
  'read:analytics': { path: '/api/v1/analytics/queue/times' },
  'write:connections': {
    method: 'POST',
    path: '/api/v1/connections',
    body: '{"url":"https://jenkins.example"}',
  },
  'write:alerts': { method: 'PUT', path: '/api/v1/alerts/3', body: '{}' },
  admin: { path: '/api/v1/settings' },
} as const satisfies Record<string, RawRequest>
type Scope = keyof typeof routes

const unauthorized = {
  error: 'invalid_token',
  error_description: 'The access token is missing, expired or not valid',
}
const noSuchThing = { error: 'invalid_request', error_description: 'There is nothing here' }

/** The account of each token, so that no test's requests count in another's window. */
const tokenSeed = [
  ...scopes.map((scope) => ({ name: scope, account: `of ${scope}`, scope })),
  { name: 'everything', account: 'of everything', scope: scopes.join(' ') },
  { name: 'free', account: 'free', scope: 'read:jobs' },
  { name: 'pro', account: 'pro', scope: 'read:jobs' },
  { name: 'enterprise', account: 'enterprise', scope: 'read:jobs' },
  { name: 'race', account: 'race', scope: 'read:jobs' },
]

describe('BuildButler’s API', () => {
  let stack: OperatedStack
  const tokens = new Map<string, string>()
  beforeAll(async () => {
    const accounts = [
      ...scopes.map((scope) => ({ id: `of ${scope}`, tier: 'enterprise' })),
      { id: 'of everything', tier: 'enterprise' },
      { id: 'free', tier: 'free' },
      { id: 'pro', tier: 'pro' },
      { id: 'enterprise', tier: 'enterprise' },
      { id: 'race', tier: 'free' },
      { id: 'app owner', tier: 'pro' },
    ]
    const clients = [client('app', { scope: 'read:jobs read:builds', account: 'app owner' })]
    const seed = { accounts, clients, api_tokens: tokenSeed }
    stack = await startOperatedStack({ preset: 'buildbutler', edge: true, seed })
    for (const { name, token } of stack.demo.api_tokens ?? []) tokens.set(String(name), String(token))
  })
  afterAll(() => stack?.close())

  const ask = (request: RawRequest, token?: string) =>
    rawRequest(stack.issuer, {
      ...request,
      headers: [
        ...(token === undefined ? [] : [['Authorization', `Bearer ${token}`] as const]),
        ...(request.body === undefined || request.headers
          ? []
          : [['Content-Type', 'application/json'] as const]),
        ...(request.headers ?? []),
      ],
    })
  const as = (name: string, request: RawRequest) => ask(request, tokens.get(name))

  describe('B1.1 a bearer token authenticates every /api/v1 route', () => {
    const everyRoute = (preset('buildbutler').api?.routes ?? []).flatMap(({ path, methods }) =>
      methods.map((method) => ({ method, path: path.replaceAll(/\{(\w+)\+?\}/g, '$1') })),
    )
    test.each([
      ...everyRoute,
      { method: 'GET', path: '/api/v1/token' },
      { method: 'POST', path: '/api/v1/token' },
      { method: 'GET', path: '/api/v1/nothing' },
    ])('$method $path: 401 without a credential, or with a bad one', async (route) => {
      const without = await ask(route)
      expect(brief(without)).toEqual({ status: 401, body: unauthorized, challenge: 'Bearer realm="oauth"' })
      const bad = await ask(route, 'bb_live_abc123def456')
      const challenge = 'Bearer realm="oauth", error="invalid_token"'
      expect(brief(bad)).toEqual({ status: 401, body: unauthorized, challenge })
    })

    test.each(everyRoute)('$method $path: the upstream with a token of all scopes', async (route) => {
      const { status, body } = await as('everything', route)
      expect({ status, body }).toMatchObject({
        status: 200,
        body: { service: 'sample', method: route.method, path: route.path },
      })
    })

    test('GET /api/v1/token tells a caller about the token that it presented', async () => {
      const answer = await as('read:jobs', { path: '/api/v1/token' })
      expect(answer.status).toBe(200)
      expect(answer.body).toEqual({
        kind: 'api_token',
        id: expect.stringMatching(/^[\w-]{43}$/),
        name: 'read:jobs',
        sub: 'of read:jobs',
        account: 'of read:jobs',
        scope: 'read:jobs',
        tier: 'enterprise',
        iat: expect.any(Number),
      })
      expect(answer.headers['cache-control']).toBe('no-store')
      expect(answer.text).not.toContain(tokens.get('read:jobs'))
    })

    test('HEAD of it has the headers alone (RFC 9110 §9.3.2)', async () => {
      const { status, text, headers } = await as('read:jobs', { method: 'HEAD', path: '/api/v1/token' })
      expect({ status, text, limit: headers['x-ratelimit-limit'] }).toEqual({
        status: 200,
        text: '',
        limit: '1000',
      })
    })
  })

  describe('B1.3 the scopes are six; admin includes the others, and write implies no read', () => {
    test('the catalogue is exactly these', () => {
      expect(Object.keys(preset('buildbutler').scopes).sort()).toEqual([...scopes].sort())
    })

    const matrix = scopes.flatMap((held) =>
      (Object.keys(routes) as Scope[]).map((needed) => ({ held, needed })),
    )
    const opens = ({ held, needed }: { held: string; needed: string }) => held === needed || held === 'admin'
    test.each(matrix.filter(opens))('$held opens a route of $needed', async ({ held, needed }) => {
      expect((await as(held, routes[needed])).status).toBe(200)
    })

    test.each(matrix.filter((pair) => !opens(pair)))(
      'B1.4 $held does not open a route of $needed: 403 insufficient_scope',
      async ({ held, needed }) => {
        const answer = await as(held, routes[needed])
        expect(brief(answer)).toEqual({
          status: 403,
          body: { error: 'insufficient_scope', error_description: `This needs the scope ${needed}` },
          challenge: `Bearer realm="oauth", error="insufficient_scope", scope="${needed}"`,
        })
      },
    )
  })

  describe('B1.5 what a token is, is stored, and never inferred from its prefix', () => {
    test('API token and access token begin alike', async () => {
      const code = await stack.giveCode({ clientId: clientId('app'), scope: ['read:jobs'] })
      const form = { grant_type: 'authorization_code', code, ...credentials('app') }
      const { access_token } = (await stack.token(form)).body
      expect([access_token, tokens.get('read:jobs')]).toEqual([
        expect.stringMatching(/^bb_live_[0-9A-Za-z]+$/),
        expect.stringMatching(/^bb_live_[0-9A-Za-z]+$/),
      ])
      const answer = await ask({ path: '/api/v1/token' }, String(access_token))
      expect(answer.body).toEqual({
        kind: 'access_token',
        id: expect.stringMatching(/^[\w-]{43}$/),
        sub: 'subject of ada',
        username: 'ada',
        client_id: 'app',
        account: 'app owner',
        scope: 'read:jobs',
        tier: 'pro',
        iat: expect.any(Number),
        exp: expect.any(Number),
      })
      expect((await ask(routes['read:jobs'], String(access_token))).status).toBe(200)
      expect((await ask(routes['read:builds'], String(access_token))).status).toBe(403)
      await stack.revoke({ token: String(access_token), ...credentials('app') })
      expect(brief(await ask(routes['read:jobs'], String(access_token)))).toMatchObject({ status: 401 })
    })

    test.each([
      {
        what: 'a checksum that is off by one',
        change: (token: string) => token.slice(0, -1) + next(token.at(-1)),
      },
      { what: 'a character in the middle', change: (token: string) => token.replace(/.(.{15})$/, '!$1') },
      { what: 'the other environment’s prefix', change: (token: string) => token.replace('live', 'test') },
      { what: 'no prefix', change: (token: string) => token.replace('bb_live_', '') },
      {
        what: 'another case of the prefix',
        change: (token: string) => token.replace('bb_live_', 'BB_LIVE_'),
      },
    ])('a token with $what is refused', async ({ change }) => {
      expect(brief(await ask(routes['read:jobs'], change(tokens.get('read:jobs') ?? '')))).toMatchObject({
        status: 401,
        body: unauthorized,
      })
    })
  })

  describe('B1.12 the tiers are exact', () => {
    test.each([
      { tier: 'free', limit: 60 },
      { tier: 'pro', limit: 300 },
      { tier: 'enterprise', limit: 1000 },
    ])('$tier: request $limit passes, the next is 429 with Retry-After', async ({ tier, limit }) => {
      await freshMinute(limit / 25)
      const answers = await inTurns(limit + 1, 20, () => as(tier, { path: '/api/v1/token' }))
      const passed = answers.filter(({ status }) => status === 200)
      expect(passed.length).toBe(limit)
      const remaining = passed.map(({ headers }) => Number(headers['x-ratelimit-remaining']))
      expect(remaining.sort((a, b) => b - a)).toEqual(
        Array.from({ length: limit }, (_, index) => limit - 1 - index),
      )
      const [refused] = answers.filter(({ status }) => status !== 200)
      expect(refused).toMatchObject({
        status: 429,
        body: { error: 'temporarily_unavailable', error_description: 'Too many requests' },
        headers: { 'x-ratelimit-limit': String(limit), 'x-ratelimit-remaining': '0' },
      })
      expect(refused?.headers).toMatchObject({
        ratelimit: expect.stringMatching(/^"minute";r=0;t=\d+$/),
        'ratelimit-policy': `"minute";q=${limit};w=60`,
      })
      const reset = Number(refused?.headers['x-ratelimit-reset'])
      const wait = Number(refused?.headers['retry-after'])
      expect(wait).toBeGreaterThanOrEqual(1)
      expect(wait).toBeLessThanOrEqual(60)
      expect(Math.abs(Date.now() / 1000 + wait - reset)).toBeLessThan(20)
    })

    test('200 requests at once against a limit of 60 give exactly 60 successes', async () => {
      await freshMinute(20)
      const answers = await Promise.all(
        Array.from({ length: 200 }, () => as('race', { path: '/api/v1/token' })),
      )
      const count = (status: number) => answers.filter((answer) => answer.status === status).length
      expect({ successes: count(200), refusals: count(429) }).toEqual({ successes: 60, refusals: 140 })
      for (const { headers } of answers)
        expect(Number(headers['x-ratelimit-remaining'])).toBeGreaterThanOrEqual(0)
      for (const { status, headers } of answers)
        if (status === 429) expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1)
    })
  })

  describe('B1.13 every answer tells the rate', () => {
    const app = credentials('app')
    test.each([
      { what: 'a success', limit: 1000, call: () => as('read:jobs', routes['read:jobs']) },
      { what: '401 without a credential', limit: 60, call: () => ask(routes['read:jobs']) },
      { what: '401 for a bad one', limit: 60, call: () => ask(routes['read:jobs'], 'nonsense') },
      { what: '403', limit: 1000, call: () => as('read:jobs', routes.admin) },
      { what: '404 of an unknown path', limit: 1000, call: () => as('read:jobs', { path: '/api/v1/nope' }) },
      { what: '405', limit: 1000, call: () => as('read:jobs', { method: 'DELETE', path: '/api/v1/jobs' }) },
      {
        what: '400 of a path trick',
        limit: 1000,
        call: () => as('read:jobs', { path: '/api/v1/jobs/%2e%2e' }),
      },
      {
        what: 'the upstream’s 500',
        limit: 1000,
        call: () => as('read:jobs', { path: '/api/v1/jobs/status-500' }),
      },
      {
        what: '413 of API Gateway’s own, for a body that no function can take',
        limit: 1000,
        call: () => as('write:connections', { ...routes['write:connections'], body: '0'.repeat(5_000_000) }),
      },
      {
        what: '502 of a broken upstream',
        limit: 1000,
        call: () => as('read:jobs', { path: '/api/v1/jobs/broken' }),
      },
      {
        what: 'a refused client',
        limit: 60,
        call: () => form('grant_type=refresh_token&refresh_token=x&client_id=app&client_secret=wrong'),
      },
      {
        what: 'a refused grant',
        limit: 300,
        call: () =>
          form(new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x', ...app }).toString()),
      },
      { what: 'a grant’s body that is no form', limit: 60, call: () => form('{', 'application/json') },
      { what: 'a report of a leaked token', limit: 60, call: () => rawForm('/oauth/leaked', 'token=x') },
    ])('$what', async ({ limit, call }) => {
      const { headers } = await call()
      expect(rateIn(headers)).toEqual({
        limit: String(limit),
        remaining: expect.stringMatching(/^\d+$/),
        reset: expect.stringMatching(/^\d{10}$/),
        field: expect.stringMatching(/^"minute";r=\d+;t=\d+$/),
        policy: `"minute";q=${limit};w=60`,
      })
      const wait = Number(headers['x-ratelimit-reset']) - Date.now() / 1000
      expect(wait).toBeGreaterThan(-2)
      expect(wait).toBeLessThanOrEqual(60)
    })

    const form = (body: string, type?: string) => rawForm('/oauth/token/refresh_token', body, type)
    const rawForm = (path: string, body: string, type = 'application/x-www-form-urlencoded') =>
      ask({ method: 'POST', path, body, headers: [['Content-Type', type]] })
  })

  test.each([
    { method: 'POST', path: '/api/v1/token', allow: 'GET, HEAD' },
    { method: 'DELETE', path: '/api/v1/jobs', allow: 'GET, HEAD' },
    { method: 'GET', path: '/api/v1/connections', allow: 'POST' },
    { method: 'OPTIONS', path: '/api/v1/alerts/3', allow: 'PUT, DELETE' },
  ])('$method $path is 405, with the methods that there are', async ({ allow, ...request }) => {
    const answer = await as('everything', request)
    expect({ status: answer.status, allow: answer.headers.allow, body: answer.body }).toEqual({
      status: 405,
      allow,
      body: { error: 'invalid_request', error_description: expect.any(String) },
    })
    expect(answer.headers['x-ratelimit-limit']).toBe('1000')
  })

  test('an unknown path is 404 for who has a token', async () => {
    expect(brief(await as('everything', { path: '/api/v1/nope/further' }))).toEqual({
      status: 404,
      body: noSuchThing,
      challenge: undefined,
    })
  })
})

function brief({ status, body, headers }: RawAnswer) {
  return { status, body, challenge: headers['www-authenticate'] }
}

function rateIn(headers: RawAnswer['headers']) {
  return {
    limit: headers['x-ratelimit-limit'],
    remaining: headers['x-ratelimit-remaining'],
    reset: headers['x-ratelimit-reset'],
    field: headers.ratelimit,
    policy: headers['ratelimit-policy'],
  }
}

const next = (character = 'a') => (character === 'a' ? 'b' : 'a')

/** Waits for the next minute where this one has fewer than `seconds` left. */
async function freshMinute(seconds: number): Promise<void> {
  const left = 60 - ((Date.now() / 1000) % 60)
  if (left < seconds) await sleep(left * 1000 + 50)
}

/** So many calls, at most `width` of them at a time. */
async function inTurns<T>(count: number, width: number, call: () => Promise<T>): Promise<T[]> {
  const results: T[] = []
  const worker = async () => {
    while (started < count) {
      started += 1
      results.push(await call())
    }
  }
  let started = 0
  await Promise.all(Array.from({ length: width }, worker))
  return results
}
