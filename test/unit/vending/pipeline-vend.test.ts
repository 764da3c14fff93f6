import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type BuildkiteStandIn, pipelineId } from '../../../infra/local/stand-ins/buildkite.ts'
import type { Fault } from '../../../infra/local/stand-ins/faults.ts'
import type { GitHubStandIn } from '../../../infra/local/stand-ins/github.ts'
import { mintToken } from '../../../shared/vending/github/mint.ts'
import type { Time } from '../../../shared/vending/http.ts'
import type { VendRequest } from '../../../shared/vending/pipeline/types.ts'
import { vending } from '../../../shared/vending/pipeline/vend.ts'
import type { MatchOutcome } from '../../../shared/vending/types.ts'
import {
  buildkiteClient,
  fakeBuildkite,
  fakeGitHub,
  gitHubClient,
  realTime,
  vendConfig,
} from '../../support/fake-github.ts'
import {
  caller,
  memoryTokens,
  organizationProfile,
  profile,
  sealingKeys,
  vendRequest,
} from '../../support/vend-requests.ts'

let github: GitHubStandIn
let buildkite: BuildkiteStandIn
beforeAll(async () => {
  ;[github, buildkite] = await Promise.all([fakeGitHub(), fakeBuildkite({})])
})
beforeEach(() => {
  github.faults.clear()
  buildkite.faults.clear()
  buildkite.pipelines.set('acme/silk', 'git@github.com:Acme/silk.git')
})
afterAll(() => Promise.all([github.close(), buildkite.close()]))

/** A deployment, of which `environment` makes one function's environment after another. */
function deployment() {
  const clock = { ahead: 0 }
  const time: Time = { ...realTime, now: () => Date.now() + clock.ahead }
  const order: string[] = []
  const { cache } = memoryTokens(async (operation) => void order.push(operation))
  const { sealer } = sealingKeys()
  const rules: { outcome: MatchOutcome } = { outcome: { kind: 'allowed', tried: [] } }
  function environment() {
    // GitHub's own clock is not ahead: its JWTs are made by the real one.
    const client = { ...gitHubClient(github, {}, time), appJwt: gitHubClient(github).appJwt }
    const findRepository = buildkiteClient(buildkite, time)
    const vend = vending({
      config: vendConfig(github),
      matchRules: () => {
        order.push('rules')
        return rules.outcome
      },
      mint: (request, deadline) => mintToken(client, request, deadline),
      repositories: (pipeline, deadline) => findRepository(pipeline, deadline),
      cache,
      sealer,
      time,
      warn: () => {},
    })
    return async (different: Partial<VendRequest> = {}) => {
      const deadline = time.now() + 10_000
      const outcome = await vend(vendRequest({ deadline, ...different }), { asked() {}, decided() {} })
      return outcome.kind === 'vended'
        ? { repositories: outcome.token.repositories, cached: outcome.cached, token: outcome.token.token }
        : outcome
    }
  }
  return { environment, clock, rules, order }
}
const calls = () => [github.counters.mint ?? 0, buildkite.counters.pipeline ?? 0] as const
const since = ([mints, pipelines]: readonly [number, number]) => [calls()[0] - mints, calls()[1] - pipelines]
const ghs = expect.stringMatching(/^ghs_/)

describe('a pipeline’s job', () => {
  test('gets a token of its repository; the next one, in another environment, the same without a call', async () => {
    const { environment } = deployment()
    const before = calls()
    const first = await environment()()
    const second = await environment()()
    expect([first, second, since(before)]).toEqual([
      { repositories: ['Acme/silk'], cached: false, token: ghs },
      { ...first, cached: true },
      [1, 1],
    ])
  })

  test('whose rules do not allow it gets nothing, however warm the cache is, and the cache is not asked', async () => {
    const { environment, rules, order } = deployment()
    const vend = environment()
    await vend()
    rules.outcome = { kind: 'refused', tried: [] }
    order.length = 0
    expect([await vend(), order]).toEqual([
      { kind: 'refused', reason: 'the match rules do not allow it', tried: [] },
      ['rules'],
    ])
  })

  test('of a moved pipeline gets the old repository’s token for five minutes and no longer', async () => {
    const { environment, clock } = deployment()
    const seen = [await environment()()]
    buildkite.pipelines.set('acme/silk', 'git@github.com:acme/linen.git')
    clock.ahead = 295_000
    seen.push(await environment()())
    clock.ahead = 301_000
    seen.push(await environment()(), await environment()())
    expect(seen.map((one) => 'cached' in one && [one.repositories, one.cached])).toEqual([
      [['Acme/silk'], false],
      [['Acme/silk'], true],
      [['Acme/linen'], false],
      [['Acme/linen'], true],
    ])
  })

  test('gets its cached token while Buildkite is down', async () => {
    const { environment, clock } = deployment()
    await environment()()
    clock.ahead = 600_000
    buildkite.faults.plan({ kind: 'status', status: 503 }, { times: 9 })
    expect(await environment()()).toEqual({ repositories: ['Acme/silk'], cached: true, token: ghs })
  })

  test('of a pipeline that is gone gets nothing after five minutes', async () => {
    const { environment, clock } = deployment()
    await environment()()
    buildkite.pipelines.delete('acme/silk')
    clock.ahead = 301_000
    expect(await environment()()).toEqual({
      kind: 'failed',
      service: 'Buildkite',
      failure: 'refused',
      reason: 'Buildkite: GET /v2/organizations/acme/pipelines/silk: there is no such pipeline',
      tried: [],
    })
  })

  test('that asks git’s way for another repository gets nothing, and GitHub is not asked', async () => {
    const { environment } = deployment()
    const vend = environment()
    const before = calls()
    const unmatched = {
      kind: 'unmatched',
      reason: 'git asks for another repository than the pipeline’s',
      tried: [],
    }
    const wanted = { owner: 'acme', name: 'linen' }
    expect([await vend({ wanted }), since(before)]).toEqual([unmatched, [0, 1]])
    expect([await vend({ wanted: { owner: 'acme', name: 'SILK' } }), await vend({ wanted })]).toEqual([
      { repositories: ['Acme/silk'], cached: false, token: ghs },
      unmatched,
    ])
  })

  test('that asks for a fresh token gets one of its own each time', async () => {
    const { environment } = deployment()
    const vend = environment()
    const tokens = [await vend(), await vend({ fresh: true }), await vend({ fresh: true }), await vend()]
    expect(new Set(tokens.map((one) => 'token' in one && one.token)).size).toBe(3)
  })

  test('does not get a token of another profile, permission or pipeline', async () => {
    const { environment } = deployment()
    const vend = environment()
    buildkite.pipelines.set('acme/other', 'git@github.com:acme/silk.git')
    const tokens = [
      await vend(),
      await vend({ profile: profile({ name: 'default' }) }),
      await vend({ profile: profile({ digest: 'changed' }) }),
      await vend({ profile: profile({ permissions: ['contents:write'] }) }),
      await vend({
        profile: profile({ permissions: ['contents:write'] }),
        permissions: 'packages:read,contents:read',
      }),
      await vend({ caller: { ...caller, pipeline: 'other', pipelineId: pipelineId('acme', 'other') } }),
    ]
    expect(tokens.map((one) => ('cached' in one ? one.cached : one.kind))).toEqual([
      false,
      false,
      false,
      false,
      'refused',
      false,
    ])
  })
})

test('twenty jobs at once, over five environments, make one call to GitHub', async () => {
  const { environment } = deployment()
  const environments = Array.from({ length: 5 }, environment)
  github.faults.plan({ kind: 'delay', milliseconds: 300 }, { route: 'mint' })
  const [mints] = calls()
  const outcomes = await Promise.all(Array.from({ length: 20 }, (_, index) => environments[index % 5]?.()))
  expect([
    calls()[0] - mints,
    new Set(outcomes.map((one) => JSON.stringify({ ...one, cached: 0 }))).size,
  ]).toEqual([1, 1])
})

describe('an organization profile', () => {
  test('gives a token of its repositories, narrowed as asked, without a call to Buildkite', async () => {
    const { environment } = deployment()
    const vend = environment()
    const before = calls()
    const seen = [
      await vend({ profile: organizationProfile() }),
      await vend({ profile: organizationProfile(), repositoryScope: 'linen', permissions: 'contents:read' }),
      await vend({ profile: organizationProfile({ repositories: { kind: 'all' } }) }),
    ]
    expect([seen.map((one) => 'repositories' in one && one.repositories), since(before)]).toEqual([
      [['Acme/Cotton', 'Acme/linen'], ['Acme/linen'], []],
      [3, 0],
    ])
    expect(github.mintRequests.slice(-2)).toEqual([
      { repositories: ['Linen'], permissions: { contents: 'read' } },
      { permissions: { contents: 'write', issues: 'read' } },
    ])
  })
})

describe('a failure is an outcome with its reason, nothing of it is cached, and the next request is fine:', () => {
  const path = '/app/installations/7001/access_tokens'
  test.each<{ fault: Fault; failure: string; reason: string }>([
    { fault: { kind: 'unprocessable', message: 'No' }, failure: 'refused', reason: `POST ${path}: 422 (No)` },
    {
      fault: { kind: 'malformed JSON' },
      failure: 'malformed',
      reason: `POST ${path}: the answer is no JSON object`,
    },
    {
      fault: { kind: 'rate limit', retryAfter: 9 },
      failure: 'limited',
      reason: `POST ${path}: 429 (API rate limit exceeded), retry after 9 s`,
    },
    { fault: { kind: 'status', status: 500 }, failure: 'unavailable', reason: `POST ${path}: 500 (Told to)` },
    {
      fault: { kind: 'redirect', to: 'http://127.0.0.1/' },
      failure: 'malformed',
      reason: `POST ${path}: 302`,
    },
  ])('$fault.kind', async ({ fault, failure, reason }) => {
    const vend = deployment().environment()
    github.faults.plan(fault, { route: 'mint', times: 2 })
    const failed = { kind: 'failed', service: 'GitHub', failure, reason: `GitHub: ${reason}`, tried: [] }
    expect(await vend()).toEqual(failed)
    github.faults.clear()
    expect(await vend()).toEqual({ repositories: ['Acme/silk'], cached: false, token: ghs })
  })

  test('no answer within the ten seconds of the request', async () => {
    const vend = deployment().environment()
    github.faults.plan({ kind: 'delay', milliseconds: 1_500 }, { route: 'mint' })
    const startedAt = Date.now()
    expect(await vend({ deadline: Date.now() + 700 })).toEqual({
      kind: 'failed',
      service: 'GitHub',
      failure: 'unavailable',
      reason: `GitHub: POST ${path}: timeout`,
      tried: [],
    })
    expect(Date.now() - startedAt).toBeLessThan(1_400)
  })
})
