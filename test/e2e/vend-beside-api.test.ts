import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ciJobs } from '../support/ci-jobs.ts'
import { type OperatedStack, startOperatedStack } from '../support/operated-stack.ts'
import { rawRequest } from '../support/raw-request.ts'
import { client, credentials } from '../support/seeded-apps.ts'

/** Two organizations of Buildkite; GitHub's installations are looked up by owner. */
const vend = `
vend:
  issuers:
    - { kind: buildkite, organization: acme, audience: scrip }
    - { kind: buildkite, organization: globex, audience: scrip }
  github: { organization: acme, appId: "1" }
  response: chinmina
  profiles:
    organization:
      profiles:
        - { name: shared-libs, match: [], repositories: [cotton, linen], permissions: ["contents:read"] }
        - { name: everything, match: [], repositories: ["{{all-repositories}}"], permissions: ["issues:read"] }
        - { name: too-much, match: [], repositories: [cotton], permissions: ["checks:write"] }
`
const globex = { kind: 'buildkite', organization: 'globex', audience: 'scrip' } as const

describe('vending beside grants and an API, with the replies of current Chinmina', () => {
  let stack: OperatedStack
  beforeAll(async () => {
    stack = await startOperatedStack({
      preset: 'default',
      edge: true,
      seed: { clients: [client('machine', { scope: 'read', grant_types: ['client_credentials'] })] },
      change: (yaml) => yaml + vend,
    })
    stack.standIns?.github?.installations.push({
      id: 2002,
      owner: 'Globex',
      kind: 'Organization',
      repositories: ['rockets'],
      permissions: { contents: 'read', metadata: 'read' },
    })
    stack.standIns?.buildkite?.pipelines.set('globex/silk', 'https://github.com/Globex/rockets.git')
    stack.standIns?.buildkite?.pipelines.set('globex/elsewhere', 'https://github.com/initech/tps.git')
  })
  beforeEach(() => stack.standIns?.github?.faults.clear())
  afterAll(() => stack?.close())

  const { ask, audits } = ciJobs(() => stack)

  /** The reply with its token's hash checked, and both left out. */
  async function vended(...request: Parameters<typeof ask>) {
    const { status, body } = await ask(...request)
    const { token, hashedToken, expiry, ...rest } = body as Record<string, string>
    expect(hashedToken).toBe(
      createHash('sha256')
        .update(token ?? '')
        .digest('base64'),
    )
    expect(expiry).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    return { status, rest, token }
  }
  const brief = async (...request: Parameters<typeof ask>) => {
    const { status, body } = await ask(...request)
    return { status, body }
  }
  const contents = ['contents:read', 'metadata:read']

  describe('replies', () => {
    test.each([
      {
        path: '/token',
        profile: 'repo:default',
        repositories: { names: ['acme/silk'] },
        permissions: contents,
      },
      {
        path: '/organization/token/shared-libs',
        profile: 'org:shared-libs',
        repositories: { names: ['acme/cotton', 'acme/linen'] },
        permissions: contents,
      },
      {
        path: '/organization/token/everything',
        profile: 'org:everything',
        repositories: { wildcard: true },
        permissions: ['issues:read', 'metadata:read'],
      },
    ])('$path', async ({ path, ...expected }) => {
      const { status, rest } = await vended(path)
      expect({ status, rest }).toEqual({
        status: 200,
        rest: { organizationSlug: 'acme', repositoryUrl: '', ...expected },
      })
    })

    test('what GitHub refuses is a 403', async () => {
      expect(await brief('/organization/token/too-much')).toEqual({
        status: 403,
        body: { error: 'Forbidden' },
      })
      expect(audits().at(-1)).toMatchObject({
        request: { status: 403 },
        decision: {
          outcome: 'failed',
          reason: expect.stringContaining('422 (The permissions requested are not granted'),
        },
      })
    })

    test.each([
      { what: 'GitHub’s failure', path: '/organization/token/shared-libs?fresh=1', claims: {} },
      { what: 'Buildkite’s refusal', path: '/token', claims: { pipeline_slug: 'nobody-knows-it' } },
    ])('$what stays a 500', async ({ path, claims }) => {
      stack.standIns?.github?.faults.plan({ kind: 'status', status: 503 }, { route: 'mint', times: 2 })
      expect(await brief(path, {}, claims)).toEqual({ status: 500, body: { error: 'Internal Server Error' } })
    })
  })

  describe('several organizations', () => {
    test('each gets tokens of its own pipelines’ repositories, at its own installation', async () => {
      const ofAcme = await vended('/token')
      const ofGlobex = await vended('/token', {}, {}, globex)
      expect([ofAcme.rest, ofGlobex.rest]).toEqual([
        expect.objectContaining({ organizationSlug: 'acme', repositories: { names: ['acme/silk'] } }),
        expect.objectContaining({ organizationSlug: 'globex', repositories: { names: ['Globex/rockets'] } }),
      ])
      const installations = [ofAcme, ofGlobex].map(
        ({ token }) => stack.standIns?.github?.tokens.get(token ?? '')?.installation.id,
      )
      expect(installations).toEqual([1001, 2002])
    })

    test('and keeps its own in the cache', async () => {
      const [first, other, again] = [
        await vended('/token'),
        await vended('/token', {}, {}, globex),
        await vended('/token'),
      ]
      expect([again.token === first.token, other.token === first.token]).toEqual([true, false])
    })

    test('one that is not listed gets none', async () => {
      const body = { error: 'invalid_token' }
      expect(await brief('/token', {}, { organization_slug: 'initech' }, globex)).toEqual({
        status: 401,
        body,
      })
    })

    test('where the App is not installed there is no token', async () => {
      expect(await brief('/token', {}, { pipeline_slug: 'elsewhere' }, globex)).toEqual({
        status: 403,
        body: { error: 'Forbidden' },
      })
      expect(audits().at(-1)).toMatchObject({
        decision: { outcome: 'failed', reason: 'GitHub: the App is not installed at initech' },
      })
    })
  })

  describe('beside it', () => {
    test('a grant gives a token, and the API takes it', async () => {
      const { status, body } = await stack.token({
        grant_type: 'client_credentials',
        ...credentials('machine'),
      })
      expect({ status, type: body.token_type }).toEqual({ status: 200, type: 'Bearer' })
      const own = await rawRequest(stack.issuer, {
        path: '/api/v1/token',
        headers: [['Authorization', `Bearer ${body.access_token}`]],
      })
      expect(own.status).toBe(200)
    })

    test('a body has the same limit, and what API Gateway refuses by itself is told in OAuth’s words', async () => {
      expect((await ask('/token', { body: Buffer.alloc(20_480, 0xff) })).status).toBe(200)
      expect(await brief('/token', { body: Buffer.alloc(20_481, 0xff) })).toEqual({
        status: 413,
        body: { error: 'Request Entity Too Large' },
      })
      expect(await brief('/token', { body: Buffer.alloc(10 * 1024 * 1024 + 1) })).toEqual({
        status: 413,
        body: { error: 'invalid_request', error_description: 'The request is too large' },
      })
    })
  })
})
