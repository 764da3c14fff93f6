import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type BuildkiteStandIn, pipelineId } from '../../../infra/local/stand-ins/buildkite.ts'
import type { Fault } from '../../../infra/local/stand-ins/faults.ts'
import { ServiceFailure } from '../../../shared/vending/service-failure.ts'
import { buildkiteClient, fakeBuildkite, realTime, soon } from '../../support/fake-github.ts'

let server: BuildkiteStandIn
beforeAll(async () => {
  server = await fakeBuildkite({
    'acme/silk': 'git@github.com:acme/silk.git',
    'acme/https': 'https://github.com/acme/linen.git',
    'acme/gitlab': 'git@gitlab.com:acme/silk.git',
    'acme/empty': '',
    'acme/odd name?': 'https://github.com/acme/odd',
  })
})
beforeEach(() => server.faults.clear())
afterAll(() => server.close())

const called = (pipeline: string, organization = 'acme') => ({
  organization,
  pipeline,
  pipelineId: pipelineId(organization, pipeline),
})
const silk = called('silk')
const path = '/v2/organizations/acme/pipelines'
const failure = (
  kind: 'refused' | 'malformed' | 'misconfigured' | 'unavailable' | 'limited',
  reason: string,
) => new ServiceFailure('Buildkite', kind, reason)

describe('a pipeline’s repository', () => {
  test.each([
    ['silk', { owner: 'acme', name: 'silk' }],
    ['https', { owner: 'acme', name: 'linen' }],
    ['odd name?', { owner: 'acme', name: 'odd' }],
  ])('of %s is told by Buildkite', async (pipeline, repository) => {
    const time = { ...realTime, now: () => 1_700_000_000_999 }
    const find = buildkiteClient(server, time)
    expect(await find(called(pipeline), time.now() + 5_000)).toEqual({
      repository,
      confirmedAt: 1_700_000_000,
    })
  })

  test('is remembered for five minutes, for that pipeline alone', async () => {
    const clock = { now: 1_700_000_000_000 }
    const find = buildkiteClient(server, { ...realTime, now: () => clock.now })
    const before = server.counters.pipeline ?? 0
    const calls: number[] = []
    const ask = async (pipeline = 'silk') => {
      await find(called(pipeline), clock.now + 5_000)
      calls.push((server.counters.pipeline ?? 0) - before)
    }
    await ask()
    clock.now += 299_999
    await ask()
    await ask('https')
    clock.now += 1
    await ask()
    expect(calls).toEqual([1, 1, 2, 3])
    await expect(find({ ...silk, pipelineId: 'another' }, clock.now + 5_000)).rejects.toEqual(
      failure('refused', `GET ${path}/silk: another pipeline has this slug by now`),
    )
  })
})

describe('no repository is told', () => {
  test.each<{ what: string; pipeline?: string; organization?: string; fault?: Fault; error: ServiceFailure }>(
    [
      {
        what: 'of a pipeline that is not there',
        pipeline: 'gone',
        error: failure('refused', `GET ${path}/gone: there is no such pipeline`),
      },
      {
        what: 'of a pipeline elsewhere',
        pipeline: 'gitlab',
        error: failure('refused', `GET ${path}/gitlab: the pipeline has no repository on github.com`),
      },
      {
        what: 'of a pipeline without one',
        pipeline: 'empty',
        error: failure('refused', `GET ${path}/empty: the pipeline has no repository on github.com`),
      },
      {
        what: 'of a name that is a step in a path',
        organization: '..',
        error: failure('refused', 'no name for a URL: ".."'),
      },
      {
        what: 'by an answer without it',
        fault: { kind: 'changed answer', change: (body) => ({ ...body, repository: 7 }) },
        error: failure('refused', `GET ${path}/silk: the pipeline has no repository on github.com`),
      },
      {
        what: 'of another pipeline, which has the slug by now',
        fault: { kind: 'changed answer', change: (body) => ({ ...body, id: pipelineId('acme', 'new') }) },
        error: failure('refused', `GET ${path}/silk: another pipeline has this slug by now`),
      },
      {
        what: 'by an answer without the pipeline’s id',
        fault: { kind: 'changed answer', change: ({ id: _, ...body }) => body },
        error: failure('refused', `GET ${path}/silk: another pipeline has this slug by now`),
      },
      {
        what: 'by an answer that is no JSON',
        fault: { kind: 'malformed JSON' },
        error: failure('malformed', `GET ${path}/silk: the answer is no JSON object`),
      },
      {
        what: 'while it is down',
        fault: { kind: 'status', status: 503 },
        error: failure('unavailable', `GET ${path}/silk: 503 (Told to)`),
      },
      {
        what: 'at its limit',
        fault: { kind: 'rate limit', retryAfter: 30 },
        error: failure('limited', `GET ${path}/silk: 429 (API rate limit exceeded), retry after 30 s`),
      },
    ],
  )('$what, and the next request is fine', async ({ fault, error, pipeline = 'silk', organization }) => {
    const find = buildkiteClient(server)
    if (fault) server.faults.plan(fault, { times: 2 })
    await expect(find(called(pipeline, organization), soon())).rejects.toEqual(error)
    server.faults.clear()
    expect((await find(silk, soon())).repository).toEqual({ owner: 'acme', name: 'silk' })
  })

  test('to a token that is not good, and it is not in the reason', async () => {
    const find = buildkiteClient(server, realTime, 'bkua_ffffffffffffffffffffffffffffffffffffffff')
    await expect(find(silk, soon())).rejects.toEqual(
      failure(
        'misconfigured',
        `GET ${path}/silk: 401 (Authentication required. Please supply a valid API Access Token)`,
      ),
    )
  })
})
