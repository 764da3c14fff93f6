import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Fault } from '../../infra/local/stand-ins/faults.ts'
import { ciJobs, json } from '../support/ci-jobs.ts'
import { type OperatedStack, startOperatedStack } from '../support/operated-stack.ts'

const failed = { status: 500, body: { error: 'Internal Server Error' } }
const tooLarge = { status: 413, body: { error: 'Request Entity Too Large' } }

describe('preset ci, at the log level ERROR', () => {
  let stack: OperatedStack
  beforeAll(async () => {
    stack = await startOperatedStack({
      preset: 'ci',
      edge: true,
      seed: {},
      change: (yaml) => `${yaml}\nlogs: { level: ERROR }\n`,
    })
  })
  afterAll(() => stack?.close())

  const { ask, audits } = ciJobs(() => stack)
  const answerTo = async (...request: Parameters<typeof ask>) => {
    const { status, body } = await ask(...request)
    return { status, body }
  }

  describe('every request has its audit line, at any log level', () => {
    test.each([
      { path: '/token', status: 200, outcome: 'vended', reason: undefined },
      { path: '/token/a:b', status: 400, outcome: 'bad request', reason: 'no profile can have this name' },
      {
        path: '/token?scope=x',
        status: 400,
        outcome: 'bad request',
        reason: 'there is no query parameter scope',
      },
      {
        path: '/git-credentials',
        request: { body: 'protocol=https\n\n' },
        status: 400,
        outcome: 'bad request',
        reason: 'no host',
      },
      {
        path: '/token',
        request: { headers: [json] },
        status: 401,
        outcome: 'refused',
        reason: 'no credentials',
      },
      {
        path: '/token/release',
        status: 403,
        outcome: 'refused',
        reason: 'the match rules do not allow it',
      },
      { path: '/token/nope', status: 404, outcome: 'refused', reason: 'an unknown profile' },
      {
        path: '/token',
        request: { body: 'x'.repeat(20_481) },
        status: 413,
        outcome: 'bad request',
        reason: 'the body is too large',
      },
      {
        path: '/token',
        request: { headers: [] },
        status: 415,
        outcome: 'bad request',
        reason: 'the content type is not application/json',
      },
      {
        path: '/token',
        claims: { pipeline_slug: 'nobody-knows-it' },
        status: 500,
        outcome: 'failed',
        reason: 'Buildkite: GET /v2/organizations/acme/pipelines/nobody-knows-it: there is no such pipeline',
      },
    ] as const)('$path: $status, $reason', async ({ path, status, outcome, reason, ...row }) => {
      const before = audits().length
      const answer = await ask(path, 'request' in row ? row.request : {}, 'claims' in row ? row.claims : {})
      expect(answer.status).toBe(status)
      const lines = audits().slice(before)
      expect(lines.map(({ request, decision }) => ({ request, decision }))).toMatchObject([
        {
          request: { method: 'POST', path: path.split('?')[0], status, sourceIp: '127.0.0.1' },
          decision: { outcome, ...(reason && { reason }) },
        },
      ])
    })
  })

  describe('20,480 bytes are counted as they were sent', () => {
    const noUtf8 = (bytes: number) => ({ body: Buffer.alloc(bytes, 0xff) })

    test.each([
      { path: '/token', within: 200 },
      { path: '/organization/token/shared-libs', within: 200 },
      { path: '/git-credentials', within: 400 },
      { path: '/organization/git-credentials/shared-libs', within: 400 },
    ])('$path, also where they are no UTF-8', async ({ path, within }) => {
      expect((await ask(path, noUtf8(20_480))).status).toBe(within)
      expect(await answerTo(path, noUtf8(20_481))).toEqual(tooLarge)
    })

    test.each([
      { what: 'API Gateway takes', bytes: 10 * 1024 * 1024 + 1 },
      { what: 'a function takes', bytes: 5 * 1024 * 1024 },
    ])('more than $what is the same 413, from API Gateway itself', async ({ bytes }) => {
      const before = audits().length
      expect(await answerTo('/token', noUtf8(bytes))).toEqual(tooLarge)
      expect(audits().length).toBe(before)
    })
  })

  describe('a failure is a 500 that tells nothing, nothing is cached, and the next request is fine', () => {
    const github = () => stack.standIns?.github
    const buildkite = () => stack.standIns?.buildkite
    afterEach(() => {
      github()?.faults.clear()
      buildkite()?.faults.clear()
    })

    const mint = 'GitHub: POST /app/installations/1001/access_tokens'
    const twice = { times: 2 }
    const failures: readonly { what: string; fault: Fault; times?: number; calls: number; reason: string }[] =
      [
        {
          what: '422',
          fault: { kind: 'unprocessable' },
          calls: 1,
          reason: `${mint}: 422 (There is at least one repository that does not exist or is not accessible)`,
        },
        {
          what: '429 that asks for a long pause',
          fault: { kind: 'rate limit', retryAfter: 30 },
          calls: 1,
          reason: `${mint}: 429 (API rate limit exceeded), retry after 30 s`,
        },
        {
          what: '429 that asks for a short pause, and again',
          fault: { kind: 'rate limit', retryAfter: 1 },
          ...twice,
          calls: 2,
          reason: `${mint}: 429 (API rate limit exceeded), retry after 1 s`,
        },
        {
          what: '403 at the secondary limit',
          fault: { kind: 'secondary limit', retryAfter: 60 },
          calls: 1,
          reason: `${mint}: 403 (You have exceeded a secondary rate limit), retry after 60 s`,
        },
        {
          what: '503, and again',
          fault: { kind: 'status', status: 503 },
          ...twice,
          calls: 2,
          reason: `${mint}: 503 (Told to)`,
        },
        {
          what: 'no answer in time, and again',
          fault: { kind: 'delay', milliseconds: 6_000 },
          ...twice,
          calls: 2,
          reason: `${mint}: timeout`,
        },
        {
          what: 'an answer that is no JSON',
          fault: { kind: 'malformed JSON' },
          calls: 1,
          reason: `${mint}: the answer is no JSON object`,
        },
        {
          what: 'an answer without a token',
          fault: { kind: 'changed answer', change: ({ token: _, ...body }) => body },
          calls: 1,
          reason: `${mint}: the answer has no token`,
        },
        {
          what: 'a connection that is dropped, and again',
          fault: { kind: 'connection dropped' },
          ...twice,
          calls: 2,
          reason: `${mint}: ECONNRESET`,
        },
        {
          what: 'a connection that is cut within the answer, and again',
          fault: { kind: 'connection cut' },
          ...twice,
          calls: 2,
          reason: `${mint}: cut off`,
        },
      ]

    test.each(failures)('$what', { timeout: 20_000 }, async ({ what, fault, times = 1, calls, reason }) => {
      // A pipeline of its own: nothing is in the cache for it.
      const slug = what.replaceAll(/\W+/g, '-').toLowerCase()
      buildkite()?.pipelines.set(`acme/${slug}`, 'git@github.com:acme/silk.git')
      const minted = () => github()?.counters.mint ?? 0
      const before = minted()
      github()?.faults.plan(fault, { route: 'mint', times })

      expect(await answerTo('/token', {}, { pipeline_slug: slug })).toEqual(failed)
      expect(minted() - before).toBe(calls)
      expect(audits().at(-1)).toMatchObject({
        request: { status: 500 },
        decision: { outcome: 'failed', reason },
      })
      expect(audits().at(-1)).not.toHaveProperty('token')

      expect((await ask('/token', {}, { pipeline_slug: slug })).status).toBe(200)
      expect(audits().at(-1)).toMatchObject({ request: { status: 200 }, token: { cached: false } })
      expect(minted() - before).toBe(calls + 1)
    })
  })
})
