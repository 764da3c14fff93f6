import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Fault } from '../../../infra/local/stand-ins/faults.ts'
import { type StandIn, startStandIn } from '../../../infra/local/stand-ins/server.ts'
import { exchange } from '../../../shared/vending/exchange.ts'
import { objectOf, restService, type ServiceCall, segment } from '../../../shared/vending/http.ts'
import { ServiceFailure } from '../../../shared/vending/service-failure.ts'
import { realTime, soon } from '../../support/fake-github.ts'

let server: StandIn
let other: StandIn
const seen: Record<string, unknown>[] = []
beforeAll(async () => {
  const answer = ({ headers, body }: { headers: object; body: string }) => {
    seen.push({ ...headers, body })
    return { status: 200, body: { fine: true } }
  }
  const routes = [
    { name: 'get', method: 'GET', path: /^\/thing$/, answer },
    { name: 'post', method: 'POST', path: /^\/thing$/, answer },
  ]
  ;[server, other] = await Promise.all([startStandIn(routes, 0), startStandIn(routes, 0)])
})
beforeEach(() => server.faults.clear())
afterAll(() => Promise.all([server.close(), other.close()]))

const call: ServiceCall = {
  method: 'GET',
  path: '/thing',
  authorization: 'Bearer x',
  accept: 'application/json',
}

/** A client that keeps its pauses, and what it slept. */
function client() {
  const slept: number[] = []
  const time = { now: realTime.now, sleep: async (milliseconds: number) => void slept.push(milliseconds) }
  const headers = { 'x-github-api-version': '2022-11-28' }
  const options = { service: 'GitHub', apiUrl: server.url, loopback: true, headers, time } as const
  return { send: restService({ ...options, exchange }), slept }
}
const calls = () => (server.counters.get ?? 0) + (server.counters.post ?? 0)
const failing = (fault: Fault, times = 9) => server.faults.plan(fault, { times })

test('a call carries its headers and its JSON, and nothing of the machine; its connection is not kept', async () => {
  seen.length = 0
  await client().send({ ...call, method: 'POST', body: { asked: ['ü'] } }, soon())
  expect(seen).toEqual([
    {
      host: server.url.slice('http://'.length),
      connection: 'close',
      'user-agent': 'scrip',
      'x-github-api-version': '2022-11-28',
      accept: 'application/json',
      'accept-encoding': 'identity',
      authorization: 'Bearer x',
      'content-type': 'application/json',
      'content-length': '16',
      body: '{"asked":["ü"]}',
    },
  ])
})

test.each(['http://api.github.com', 'ftp://127.0.0.1', 'http://127.0.0.1.example.com'])(
  'the base URL %s is refused: credentials would travel in the clear',
  (apiUrl) => {
    const options = { service: 'GitHub', apiUrl, loopback: true, headers: {}, time: realTime } as const
    expect(() => restService({ ...options, exchange })).toThrow(
      new Error('the base URL of GitHub must be https'),
    )
  },
)

test('plain http on this machine is refused where the deployment is no local stack', () => {
  const options = { service: 'GitHub', apiUrl: 'http://127.0.0.1', loopback: false, headers: {} } as const
  expect(() => restService({ ...options, time: realTime, exchange })).toThrow(
    new Error('the base URL of GitHub must be https'),
  )
})

describe('a call is tried once more', () => {
  test.each<{ what: string; fault: Fault; pause: number }>([
    { what: 'a connection that drops', fault: { kind: 'connection dropped' }, pause: 200 },
    { what: 'an answer that is cut off', fault: { kind: 'connection cut' }, pause: 200 },
    { what: '500', fault: { kind: 'status', status: 500 }, pause: 200 },
    {
      what: '502 that asks for a second',
      fault: { kind: 'status', status: 502, headers: { 'retry-after': '1' } },
      pause: 1000,
    },
    { what: '429 that asks for two seconds', fault: { kind: 'rate limit', retryAfter: 2 }, pause: 2000 },
    { what: '429 that asks for no time', fault: { kind: 'rate limit', retryAfter: 0 }, pause: 0 },
  ])('after $what', async ({ fault, pause }) => {
    const { send, slept } = client()
    failing(fault, 1)
    const before = calls()
    const answer = await send(call, soon())
    expect([answer, calls() - before, slept]).toEqual([
      { status: 200, contentType: 'application/json; charset=utf-8', body: '{"fine":true}' },
      2,
      [pause],
    ])
  })
})

describe('a call fails', () => {
  test.each<{ what: string; fault: Fault; kind: string; reason: string; tries: number }>([
    {
      what: 'at 500 twice',
      fault: { kind: 'status', status: 500, body: 'oh' },
      kind: 'unavailable',
      reason: 'GET /thing: 500',
      tries: 2,
    },
    {
      what: 'at 503 that asks for a minute',
      fault: { kind: 'status', status: 503, headers: { 'retry-after': '60' } },
      kind: 'unavailable',
      reason: 'GET /thing: 503 (Told to), retry after 60 s',
      tries: 1,
    },
    {
      what: 'at a connection that always drops',
      fault: { kind: 'connection dropped' },
      kind: 'unavailable',
      reason: 'GET /thing: ECONNRESET',
      tries: 2,
    },
    {
      what: 'at answers that are cut off',
      fault: { kind: 'connection cut' },
      kind: 'unavailable',
      reason: 'GET /thing: cut off',
      tries: 2,
    },
    {
      what: 'at 429 that asks for three seconds',
      fault: { kind: 'rate limit', retryAfter: 3 },
      kind: 'limited',
      reason: 'GET /thing: 429 (API rate limit exceeded), retry after 3 s',
      tries: 1,
    },
    {
      what: 'at 429 that names no time',
      fault: { kind: 'rate limit' },
      kind: 'limited',
      reason: 'GET /thing: 429 (API rate limit exceeded)',
      tries: 1,
    },
    {
      what: 'at a secondary limit',
      fault: { kind: 'secondary limit', retryAfter: 1 },
      kind: 'limited',
      reason: 'GET /thing: 403 (You have exceeded a secondary rate limit), retry after 1 s',
      tries: 1,
    },
    {
      what: 'at the primary limit',
      fault: { kind: 'status', status: 403, headers: { 'x-ratelimit-remaining': '0' } },
      kind: 'limited',
      reason: 'GET /thing: 403 (Told to)',
      tries: 1,
    },
    {
      what: 'at 401',
      fault: { kind: 'status', status: 401 },
      kind: 'misconfigured',
      reason: 'GET /thing: 401 (Told to)',
      tries: 1,
    },
    {
      what: 'at 403',
      fault: { kind: 'status', status: 403 },
      kind: 'refused',
      reason: 'GET /thing: 403 (Told to)',
      tries: 1,
    },
    {
      what: 'at 422',
      fault: { kind: 'unprocessable', message: 'No such repository' },
      kind: 'refused',
      reason: 'GET /thing: 422 (No such repository)',
      tries: 1,
    },
    {
      what: 'at an answer of over a megabyte',
      fault: { kind: 'huge body', bytes: 1_048_576 },
      kind: 'malformed',
      reason: 'GET /thing: too large',
      tries: 1,
    },
  ])('$what, with a reason for the log', async ({ fault, kind, reason, tries }) => {
    failing(fault)
    const before = calls()
    await expect(client().send(call, soon())).rejects.toEqual(
      new ServiceFailure('GitHub', kind as 'refused', reason),
    )
    expect(calls() - before).toBe(tries)
  })

  test('at a redirect, which nobody follows: the credentials would go along', async () => {
    failing({ kind: 'redirect', to: `${other.url}/thing` })
    const before = other.counters.get ?? 0
    await expect(client().send(call, soon())).rejects.toEqual(
      new ServiceFailure('GitHub', 'malformed', 'GET /thing: 302'),
    )
    expect((other.counters.get ?? 0) - before).toBe(0)
  })

  test('where nothing listens', async () => {
    const gone = await startStandIn([], 0)
    await gone.close()
    const options = {
      service: 'Buildkite',
      apiUrl: gone.url,
      loopback: true,
      headers: {},
      time: realTime,
    } as const
    await expect(restService({ ...options, exchange })(call, soon())).rejects.toEqual(
      new ServiceFailure('Buildkite', 'unavailable', 'GET /thing: ECONNREFUSED'),
    )
  })

  test('with a reason that has no token in it, whatever the service says', async () => {
    const token = `ghs_12345_eyJ${'a'.repeat(40)}.${'b'.repeat(120)}.${'c'.repeat(300)}`
    failing({ kind: 'unprocessable', message: `bad token ${token}\nand more` })
    await expect(client().send(call, soon())).rejects.toEqual(
      new ServiceFailure('GitHub', 'refused', 'GET /thing: 422 (bad token [redacted] and more)'),
    )
  })
})

describe('time', () => {
  test('for a try is limited', async () => {
    failing({ kind: 'delay', milliseconds: 400 })
    const startedAt = Date.now()
    await expect(client().send({ ...call, timeoutMilliseconds: 50 }, soon())).rejects.toEqual(
      new ServiceFailure('GitHub', 'unavailable', 'GET /thing: timeout'),
    )
    expect(Date.now() - startedAt).toBeLessThan(400)
  })

  test('for the whole is limited by the deadline, and no second try is begun that would not fit', async () => {
    failing({ kind: 'delay', milliseconds: 2_000 })
    const before = calls()
    const startedAt = Date.now()
    await expect(client().send(call, startedAt + 250)).rejects.toEqual(
      new ServiceFailure('GitHub', 'unavailable', 'GET /thing: timeout'),
    )
    expect([Date.now() - startedAt < 1_000, calls() - before]).toEqual([true, 1])
  })

  test('that has run out makes no call', async () => {
    const before = calls()
    await expect(client().send(call, Date.now() - 1)).rejects.toEqual(
      new ServiceFailure('GitHub', 'unavailable', 'no time was left to ask GitHub'),
    )
    expect(calls() - before).toBe(0)
  })
})

describe('an answer is read', () => {
  const answer = (body: string) => ({ status: 200, contentType: '', body })
  test('when it is a JSON object', () => {
    expect(objectOf('GitHub', 'GET /x', answer('{"id":1}'))).toEqual({ id: 1 })
  })
  test.each(['', '[]', 'null', '"x"', '{"token": "ghs_', '<html>'])('and refused when it is %j', (body) => {
    expect(() => objectOf('GitHub', 'GET /x', answer(body))).toThrow(
      new ServiceFailure('GitHub', 'malformed', 'GET /x: the answer is no JSON object'),
    )
  })
})

test.each([
  ['silk', 'silk'],
  ['a/b', 'a%2Fb'],
  ['..%2f', '..%252f'],
  ['?x#y', '%3Fx%23y'],
  ['\ud800', '%EF%BF%BD'],
])('the segment %j is %j in a path', (value, expected) => {
  expect(segment('GitHub', value)).toBe(expected)
})
test.each(['', '.', '..'])('%j is no segment of a path', (value) => {
  expect(() => segment('GitHub', value)).toThrow(
    new ServiceFailure('GitHub', 'refused', `no name for a URL: "${value}"`),
  )
})
