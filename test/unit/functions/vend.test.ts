import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { auditsOf, captureLog } from '../../support/log-lines.ts'
import { authorized, json, vendingTo } from '../../support/vend-endpoint.ts'

const output = captureLog()
const audits = () => auditsOf(output.text())
const never = () => new Promise<never>(() => {})
const failed = { status: 500, body: { error: 'Internal Server Error' } }
const request = { method: 'POST', path: '/token', sourceIp: '198.51.100.9', userAgent: '' }

describe('whatever hangs, a request is answered and in the audit', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  test.each([
    { what: 'the check of the token', parts: { verify: never } },
    { what: 'the profiles', parts: { profiles: never } },
    { what: 'vending', parts: { vend: never } },
  ])('$what: a 500 half a second after the ten that it has', async ({ parts }) => {
    const answering = vendingTo(parts).ask()
    await vi.advanceTimersByTimeAsync(10_499)
    expect(audits()).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(await answering).toEqual(failed)
    expect(audits()).toMatchObject([
      {
        request: { ...request, status: 500 },
        decision: { outcome: 'error', reason: 'Error: the time of the request was up' },
      },
    ])
  })

  test('the caller’s address: the answer half a second later, and the address that API Gateway sees', async () => {
    const answering = vendingTo({ address: never }).ask()
    await vi.advanceTimersByTimeAsync(500)
    expect((await answering).status).toBe(200)
    expect(audits()).toMatchObject([{ request: { ...request, sourceIp: '192.0.2.7', status: 200 } }])
  })

  test('and nothing is left to wait for after an answer in time', async () => {
    expect((await vendingTo().ask()).status).toBe(200)
    expect(vi.getTimerCount()).toBe(0)
  })
})

test('the parts have ten seconds from the request’s beginning', async () => {
  const deadlines: number[] = []
  const { ask, vendRequests } = vendingTo({
    time: { now: () => 1_700_000_000_000, sleep: never },
    profiles: async (deadline) => {
      deadlines.push(deadline)
      return { faults: [], lookup: () => ({ kind: 'unknown' }) }
    },
  })
  expect(await ask()).toEqual({ status: 404, body: { error: 'profile not found' } })
  expect({ deadlines, vendRequests }).toEqual({ deadlines: [1_700_000_010_000], vendRequests: [] })
})

describe('an exception', () => {
  test.each([
    { what: 'in the check of the token', parts: { verify: async () => Promise.reject(new Error('broken')) } },
    { what: 'in vending', parts: { vend: async () => Promise.reject(new Error('broken')) } },
  ])('$what is a 500, with its reason in the audit', async ({ parts }) => {
    expect(await vendingTo(parts).ask()).toEqual(failed)
    expect(audits()).toMatchObject([
      { request: { ...request, status: 500 }, decision: { outcome: 'error', reason: 'Error: broken' } },
    ])
  })

  test('in looking up the address leaves the one that API Gateway sees', async () => {
    const { ask } = vendingTo({ address: async () => Promise.reject(new Error('no secret')) })
    expect((await ask()).status).toBe(200)
    expect(audits()).toMatchObject([{ request: { ...request, sourceIp: '192.0.2.7', status: 200 } }])
  })
})

describe('what costs nothing is checked before the token', () => {
  const tooLarge = 'x'.repeat(20_481)
  const text = ['Content-Type', 'text/plain'] as const
  const verify = vi.fn(async () => ({ kind: 'absent' }) as const)
  const { ask } = vendingTo({ verify })
  beforeEach(() => verify.mockClear())

  test.each([
    { what: 'first the size', body: tooLarge, status: 413, error: 'Request Entity Too Large' },
    { what: 'then the type', body: '', status: 415, error: 'Unsupported Media Type' },
  ])('$what', async ({ body, status, error }) => {
    expect(await ask({ body, headers: [text] })).toEqual({ status, body: { error } })
    expect(verify).not.toHaveBeenCalled()
  })

  test('and git’s requests may have any type', async () => {
    expect(await ask({ resource: '/git-credentials', headers: [text] })).toEqual({
      status: 401,
      body: '{"error":"invalid_token"}',
    })
  })
})

describe('a body’s 20,480 bytes', () => {
  test.each([
    { what: 'are counted as sent where API Gateway encodes them', bytes: 20_480, binary: true, status: 200 },
    { what: 'are the most, encoded', bytes: 20_481, binary: true, status: 413 },
    { what: 'are the most, as text', bytes: 20_481, binary: false, status: 413 },
    { what: 'are taken as text', bytes: 20_480, binary: false, status: 200 },
  ])('$what', async ({ bytes, binary, status }) => {
    const { ask } = vendingTo()
    expect((await ask({ body: 'x'.repeat(bytes), binary })).status).toBe(status)
  })
})

describe('Content-Type', () => {
  test.each([
    { what: 'may have parameters', values: ['application/json; charset=utf-8'], status: 200 },
    { what: 'may have any case', values: ['Application/JSON'], status: 200 },
    { what: 'may not come twice', values: ['application/json', 'application/json'], status: 415 },
    { what: 'may not be another that begins alike', values: ['application/json-patch+json'], status: 415 },
    { what: 'may not be a list', values: ['application/json, text/plain'], status: 415 },
  ])('$what', async ({ values, status }) => {
    const headers = [authorized, ...values.map((value) => ['content-type', value] as const)]
    expect((await vendingTo().ask({ headers })).status).toBe(status)
  })
})

describe('a profile’s name', () => {
  test.each([
    { what: '100 characters are allowed', profile: 'x'.repeat(100), status: 200 },
    { what: '100 characters of two UTF-16 units each', profile: '😀'.repeat(100), status: 200 },
    { what: '101 are not', profile: 'x'.repeat(101), status: 400 },
    { what: 'no colon', profile: 'org:x', status: 400 },
    { what: 'no white space', profile: 'a b', status: 400 },
    { what: 'no control character', profile: 'a\u009fb', status: 400 },
    { what: 'no invisible character', profile: 'a\u202eb', status: 400 },
  ])('$what', async ({ profile, status }) => {
    const { ask } = vendingTo()
    const answer = await ask({ resource: '/token/{profile}', profile, headers: [authorized, json] })
    expect(answer.status).toBe(status)
  })
})

test('a name that no profile can have is in no audit line: it could break one, or be a secret', async () => {
  await vendingTo().ask({ resource: '/token/{profile}', profile: 'a:b', headers: [authorized, json] })
  expect(audits().map(({ decision }) => decision)).toEqual([
    { outcome: 'bad request', reason: 'no profile can have this name' },
  ])
})

describe('query parameters', () => {
  const routes = ['/token', '/git-credentials', '/organization/token/{profile}'] as const
  const body = 'protocol=https\nhost=github.com\npath=acme/silk\n\n'

  test('reach the layers of vending as they came', async () => {
    const { ask, vendRequests } = vendingTo()
    const query = { 'repository-scope': 'cotton', permissions: 'contents:read,issues:read', fresh: '1' }
    for (const resource of routes) {
      await ask({ resource, query, body })
      await ask({ resource, body })
    }
    const narrowed = { repositoryScope: 'cotton', permissions: 'contents:read,issues:read', fresh: true }
    const whole = { repositoryScope: undefined, permissions: undefined, fresh: false }
    expect(
      vendRequests.map(({ repositoryScope, permissions, fresh }) => ({
        repositoryScope,
        permissions,
        fresh,
      })),
    ).toEqual(routes.flatMap(() => [narrowed, whole]))
  })

  test.each([
    { query: { permissions: ['contents:read', 'issues:read'] }, reason: 'permissions comes several times' },
    { query: { 'repository-scope': ['silk', 'silk'] }, reason: 'repository-scope comes several times' },
    { query: { fresh: ['1', '1'] }, reason: 'fresh comes several times' },
    { query: { 'permissions[]': 'contents:read' }, reason: 'there is no query parameter permissions[]' },
    { query: { repository_scope: 'silk' }, reason: 'there is no query parameter repository_scope' },
    { query: { Permissions: 'contents:read' }, reason: 'there is no query parameter Permissions' },
    { query: { '': '' }, reason: 'there is no query parameter ' },
    { query: { fresh: 'true' }, reason: 'fresh is not 1' },
    { query: { fresh: '' }, reason: 'fresh is not 1' },
  ])('$query: 400 on every route, and nothing is vended', async ({ query, reason }) => {
    const { ask, vendRequests } = vendingTo()
    for (const resource of routes) {
      const { status, body: told } = await ask({ resource, query, body })
      const error = { error: 'Bad Request' }
      expect({ status, body: told }).toEqual({
        status: 400,
        body: resource.includes('git') ? JSON.stringify(error) : error,
      })
    }
    expect(vendRequests).toEqual([])
    expect(audits().map(({ decision }) => [decision.outcome, decision.reason])).toEqual(
      routes.map(() => ['bad request', reason]),
    )
  })
})
