import { createHash, randomUUID } from 'node:crypto'
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { vendingRoutes } from '../../shared/protocol/vending-paths.ts'
import { ciJobs, json, vendedReply } from '../support/ci-jobs.ts'
import { type OperatedStack, startOperatedStack } from '../support/operated-stack.ts'
import type { RawAnswer } from '../support/raw-request.ts'

const unauthorized = {
  status: 401,
  body: { error: 'invalid_token' },
  challenge: 'Bearer realm="api"',
  cache: 'no-store',
}

describe('preset ci', () => {
  let stack: OperatedStack
  beforeAll(async () => {
    stack = await startOperatedStack({ preset: 'ci', edge: true, seed: {}, change: withMoreProfiles })
  })
  afterAll(() => stack?.close())

  const { jwt, ask, audits } = ciJobs(() => stack)
  const brief = ({ status, body, headers }: RawAnswer) => ({
    status,
    body,
    challenge: headers['www-authenticate'],
    cache: headers['cache-control'],
  })

  test('faulty profiles of the configuration are told at the start, each with what it costs', () => {
    const told = stack.told.filter((line) => line.startsWith('warning: ')).sort()
    const at = (index: number, rest: string) => `warning: vend.profiles.pipeline.profiles.${index}.${rest}`
    const unavailable = '(this profile is unavailable)'
    const ignored = '(this entry is ignored)'
    const taken = (index: number) =>
      `name: expected a name that no other profile has, but there is pipeline.profiles.${index}`
    expect(told).toEqual([
      at(0, `match: expected no match rules: the default profile is every pipeline’s ${ignored}`),
      at(
        0,
        `name: expected another name: the default profile is what pipeline.defaults says; this is ignored ${ignored}`,
      ),
      at(
        1,
        `permissions.0: expected contents:read or contents:write, but got "contents:admin" ${unavailable}`,
      ),
      at(2, `${taken(3)} ${unavailable}`),
      at(3, `${taken(2)} ${unavailable}`),
      at(
        4,
        `match.0.valuePattern: expected an RE2 pattern, but: error parsing regexp: unexpected ): \`a)|(\` ${unavailable}`,
      ),
    ])
  })

  test.each(['/token', '/token/default'])(
    'CH.1 and CH.4 POST %s is the default pipeline profile',
    async (path) => {
      const { status, body, headers } = await ask(path)
      const permissions = ['contents:read', 'metadata:read']
      expect({ status, body }).toEqual({
        status: 200,
        body: vendedReply('default', ['acme/silk'], permissions),
      })
      expect(headers['cache-control']).toBe('no-store')
    },
  )

  test('CH.1 match rules on the default profile are refused: it serves everybody its defaults', async () => {
    // `withMoreProfiles` has an entry called default, with a rule that nobody passes.
    expect((await ask('/token/default')).status).toBe(200)
  })

  test('CH.2 POST /token/{name} uses the named profile, for whom its rules match', async () => {
    const claims = { pipeline_slug: 'silk-prod', build_branch: 'release/1.2' }
    const { status, body } = await ask('/token/release', {}, claims)
    const permissions = ['contents:write', 'metadata:read', 'packages:write']
    expect({ status, body }).toEqual({
      status: 200,
      body: vendedReply('release', ['acme/silk'], permissions),
    })
  })

  test.each([
    { what: 'no Authorization', headers: [json] },
    { what: 'no bearer token', headers: [['Authorization', 'Basic eDp5'], json] },
    { what: 'nonsense', headers: [['Authorization', 'Bearer nonsense'], json] },
  ] as const)('CH.3 and CH.5 $what: 401', async ({ headers }) => {
    expect(brief(await ask('/token', { headers }))).toEqual(unauthorized)
  })

  const later = () => Math.floor(Date.now() / 1000)
  test.each([
    { what: 'of another organization', claims: () => ({ organization_slug: 'evil' }) },
    { what: 'for another audience', claims: () => ({ aud: 'other' }) },
    { what: 'expired', claims: () => ({ exp: later() - 6 }) },
    { what: 'not yet valid', claims: () => ({ nbf: later() + 60 }) },
    { what: 'of another issuer', claims: () => ({ iss: 'https://agent.buildkite.example' }) },
    { what: 'without an end', claims: () => ({ exp: undefined }) },
    { what: 'without an agent', claims: () => ({ agent_id: undefined }) },
  ])('CH.5 a JWT $what: the same 401', async ({ claims }) => {
    expect(brief(await ask('/token', {}, claims()))).toEqual(unauthorized)
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', undefined])(
    'CH.3 Content-Type %s: 415',
    async (type) => {
      const headers = [['Authorization', `Bearer ${jwt()}`], ...(type ? [['Content-Type', type]] : [])]
      const { status, body } = await ask('/token', { headers: headers as [string, string][] })
      expect({ status, body }).toEqual({ status: 415, body: { error: 'Unsupported Media Type' } })
    },
  )

  test('CH.3 a body within the limit is ignored, whatever it is', async () => {
    expect((await ask('/token', { body: '{not json' })).status).toBe(200)
  })

  const everyRoute = vendingRoutes.map(({ path, kind }) =>
    path.replace('{profile}', kind === 'pipeline' ? 'release' : 'shared-libs'),
  )
  test.each(everyRoute)('CH.5 %s: 20,481 bytes are 413, and 20,480 are not', async (path) => {
    const tooLarge = await ask(path, { body: `${'é'.repeat(10_240)}x` })
    expect({ status: tooLarge.status, body: tooLarge.body }).toEqual({
      status: 413,
      body: { error: 'Request Entity Too Large' },
    })
    expect((await ask(path, { body: 'é'.repeat(10_240) })).status).not.toBe(413)
  })

  test.each([
    { what: 'another pipeline', claims: { pipeline_slug: 'silk', build_branch: 'main' } },
    {
      what: 'a branch that only begins alike',
      claims: { pipeline_slug: 'silk-prod', build_branch: 'main-attacker' },
    },
    { what: 'a claim that is missing', claims: { pipeline_slug: 'silk-prod', build_branch: undefined } },
    { what: 'a claim with white space', claims: { pipeline_slug: 'silk-prod', build_branch: 'main ' } },
    {
      what: 'a claim that is too long',
      claims: { pipeline_slug: 'silk-prod', build_branch: `release/${'x'.repeat(256)}` },
    },
  ])('CH.5 match rules refuse $what', async ({ what, claims }) => {
    const { status, body } = await ask('/token/release', {}, claims)
    const isBadToken = what === 'a claim that is missing' // build_branch is one that every token must have
    expect({ status, body }).toEqual(
      isBadToken
        ? { status: 401, body: { error: 'invalid_token' } }
        : { status: 403, body: { error: 'Forbidden' } },
    )
  })

  test('CH.5 a warmed cache does not stand in for authorization (GHSA-4c7c-j34f-h9q6)', async () => {
    const allowed = { pipeline_slug: 'silk-prod', build_branch: 'main' }
    expect((await ask('/token/release', {}, allowed)).status).toBe(200)
    expect((await ask('/token/release', {}, { ...allowed, build_branch: 'fork' })).status).toBe(403)
  })

  test.each([
    { path: '/token/nope', status: 404, body: { error: 'profile not found' } },
    { path: '/token/shared-libs', status: 404, body: { error: 'profile not found' } },
    { path: '/organization/token/release', status: 404, body: { error: 'profile not found' } },
    { path: '/token/constructor', status: 404, body: { error: 'profile not found' } },
    { path: '/token/broken', status: 404, body: { error: 'profile unavailable: validation failed' } },
    { path: '/token/twice', status: 404, body: { error: 'profile unavailable: validation failed' } },
    { path: '/token/blow-up', status: 404, body: { error: 'profile unavailable: validation failed' } },
    { path: '/token/a:b', status: 400, body: { error: 'Bad Request' } },
    { path: '/token/a%20b', status: 400, body: { error: 'Bad Request' } },
    { path: '/token/a%0Ab', status: 400, body: { error: 'Bad Request' } },
    { path: `/token/${'x'.repeat(100)}`, status: 404, body: { error: 'profile not found' } },
    { path: '/token/a%E2%80%8Db', status: 400, body: { error: 'Bad Request' } },
    { path: `/token/${'x'.repeat(101)}`, status: 400, body: { error: 'Bad Request' } },
    { path: '/organization/token/any-library', status: 400, body: { error: 'Bad Request' } },
    { path: '/token?permission=contents:read', status: 400, body: { error: 'Bad Request' } },
    {
      path: '/organization/token/shared-libs?repository-scope=cotton&repository-scope=linen',
      status: 400,
      body: { error: 'Bad Request' },
    },
    {
      path: '/organization/token/any-library?repository-scope=a/b',
      status: 400,
      body: { error: 'Bad Request' },
    },
  ])('CH.5 $path: $status', async ({ path, ...expected }) => {
    const { status, body, cache } = brief(await ask(path))
    expect({ status, body, cache }).toEqual({ ...expected, cache: 'no-store' })
  })

  test.each([
    { path: '/token/release', status: 403 },
    { path: '/token/nope', status: 401, headers: [json] },
  ])('CH.5 who is nobody learns nothing of profiles: $path', async ({ path, status, headers }) => {
    expect((await ask(path, headers ? { headers } : {}, {})).status).toBe(status)
  })

  test('CH.6 the token covers the pipeline’s own repository, as Buildkite names it', async () => {
    const { body } = await ask('/token', {}, { pipeline_slug: 'linen' })
    expect(body).toMatchObject({ repositories: ['acme/linen'] })
  })

  test('CH.6 Buildkite’s token is sent without the line end that it was put with', async () => {
    const kept = await new SecretsManagerClient({}).send(
      new GetSecretValueCommand({ SecretId: stack.outputs.BuildkiteTokenSecret }),
    )
    expect(kept.SecretString).toBe(`${stack.ciKeys().buildkiteToken}\n`)
    const { status } = await ask('/token', {}, { pipeline_slug: 'cotton' })
    expect(status).toBe(200)
  })

  test('CH.5 a pipeline whose slug is another’s by now: 500, and no token of that one’s repository', async () => {
    const { status, body } = await ask('/token', {}, { pipeline_slug: 'linen', pipeline_id: randomUUID() })
    expect({ status, body }).toEqual({ status: 500, body: { error: 'Internal Server Error' } })
    expect(audits().at(-1)).toMatchObject({
      request: { status: 500 },
      decision: {
        outcome: 'failed',
        reason:
          'Buildkite: GET /v2/organizations/acme/pipelines/linen: another pipeline has this slug by now',
      },
    })
  })

  test('CH.5 a pipeline that Buildkite does not know: 500, and the next request is fine', async () => {
    const { status, body } = await ask('/token', {}, { pipeline_slug: 'unknown' })
    expect({ status, body }).toEqual({ status: 500, body: { error: 'Internal Server Error' } })
    expect((await ask('/token')).status).toBe(200)
  })

  test('a token is cached and shared, and ?fresh=1 gives one that is not', async () => {
    const tokenOf = async (path: string) => ((await ask(path)).body as { token: string }).token
    const [first, second, fresh] = [
      await tokenOf('/token'),
      await tokenOf('/token'),
      await tokenOf('/token?fresh=1'),
    ]
    expect([second === first, fresh === first]).toEqual([true, false])
  })

  test('a job ends its own token at GitHub, as the README says, and nobody else’s', async () => {
    const shared = ((await ask('/token')).body as { token: string }).token
    const own = ((await ask('/token?fresh=1')).body as { token: string }).token
    const github = stack.standIns?.github?.url ?? ''
    const atGitHub = async (method: string, path: string, token: string) =>
      (
        await fetch(`${github}/installation/${path}`, {
          method,
          headers: { Authorization: `Bearer ${token}` },
        })
      ).status
    expect(await atGitHub('DELETE', 'token', own)).toBe(204)
    expect(await atGitHub('GET', 'repositories', own)).toBe(401)
    expect(await atGitHub('GET', 'repositories', shared)).toBe(200)
    expect(((await ask('/token')).body as { token: string }).token).toBe(shared)
  })

  test('every request has its audit line, and no token is in any', async () => {
    const before = audits().length
    const jobs = { job_id: 'job-1', build_number: 77 }
    const { body } = await ask('/token/pr-commenter', {}, jobs)
    await ask('/token/release', {}, jobs)
    await ask('/token', { headers: [json] })
    const lines = audits().slice(before)
    const { token: granted, expiry } = body as { token: string; expiry: string }
    expect(lines).toMatchObject([
      {
        request: { method: 'POST', path: '/token/pr-commenter', status: 200, sourceIp: '127.0.0.1' },
        caller: {
          issuer: 'https://agent.buildkite.com',
          organization: 'acme',
          pipeline: 'silk',
          job: 'job-1',
          build: '77',
          branch: 'main',
        },
        decision: {
          profile: 'pipeline/pr-commenter',
          outcome: 'vended',
          rules: [{ claim: 'pipeline_slug', outcome: 'matched' }],
        },
        token: {
          repositories: ['acme/silk'],
          permissions: ['contents:read', 'metadata:read', 'pull_requests:write'],
          hashedToken: createHash('sha256').update(granted).digest('base64'),
        },
      },
      { request: { status: 403 }, decision: { profile: 'pipeline/release', outcome: 'refused' } },
      { request: { status: 401 }, decision: { outcome: 'refused', reason: 'no credentials' } },
    ])
    expect(Date.parse(lines[0]?.token?.expiry ?? '')).toBe(Date.parse(expiry))
    const everything = stack.functionNames.flatMap((name) => stack.logs(name)).join('\n')
    expect(everything).not.toMatch(/ghs_[A-Za-z0-9._-]{36,}/)
    expect(everything).not.toMatch(/eyJ[\w-]+\.eyJ[\w-]+\./)
  })
})

/** Profiles that are faulty each in their way, beside the preset's. */
function withMoreProfiles(yaml: string): string {
  const more = `        - { name: default, match: [{ claim: pipeline_slug, value: nobody }], permissions: ["contents:write"] }
        - { name: broken, match: [], permissions: ["contents:admin"] }
        - { name: twice, match: [], permissions: ["contents:read"] }
        - { name: twice, match: [{ claim: pipeline_slug, value: x }], permissions: ["contents:write"] }
        - { name: blow-up, match: [{ claim: build_branch, valuePattern: "a)|(" }], permissions: ["contents:read"] }
`
  return yaml.replace('        - name: release\n', `${more}        - name: release\n`)
}
