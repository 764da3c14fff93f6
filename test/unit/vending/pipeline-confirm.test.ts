import { describe, expect, test } from 'vitest'
import { confirming } from '../../../shared/vending/pipeline/confirm.ts'
import type { AuthorizedRequest } from '../../../shared/vending/pipeline/types.ts'
import type { Repository } from '../../../shared/vending/repository.ts'
import { type FailureKind, ServiceFailure } from '../../../shared/vending/service-failure.ts'
import { authorizedRequest, gitHubToken, ownRepository } from '../../support/vend-requests.ts'
import { virtualTime } from '../../support/virtual-time.ts'

const T0 = 1_700_000_000_000
const token = gitHubToken('ghs_1', { repositories: ['Acme/silk'] })
const given = { kind: 'vended', token, cached: true }
const own = { rights: ownRepository }

/** @param answer Buildkite's, some seconds after the entry was confirmed */
async function confirm(
  seconds: number,
  answer: Repository | ServiceFailure | Error,
  different: Partial<AuthorizedRequest> = own,
) {
  const time = virtualTime(T0 + seconds * 1000)
  const deadlines: number[] = []
  const warnings: string[] = []
  const check = confirming(
    async (_, deadline) => {
      deadlines.push(deadline - time.now())
      if (answer instanceof Error) throw answer
      return { repository: answer, confirmedAt: Math.floor(time.now() / 1000) }
    },
    time,
    (message, reason) => warnings.push(`${message}: ${reason}`),
  )
  const request = authorizedRequest({ deadline: time.now() + 10_000, ...different })
  const entry = { token, usableUntil: T0 / 1000 + 2700, confirmedAt: T0 / 1000 }
  return { outcome: await check(request, entry), deadlines, warnings }
}
const silk = { owner: 'acme', name: 'silk' }
const linen = { owner: 'acme', name: 'linen' }

describe('a cached token of a pipeline’s own repository is given', () => {
  test.each([
    { what: 'for five minutes without asking Buildkite', seconds: 299, answer: linen, deadlines: [] },
    {
      what: 'after five minutes when Buildkite names the same one, asked for two seconds at most',
      seconds: 300,
      answer: silk,
      deadlines: [2000],
    },
  ])('$what', async ({ seconds, answer, deadlines }) => {
    expect(await confirm(seconds, answer)).toEqual({ outcome: given, deadlines, warnings: [] })
  })

  test('when the request’s own deadline is nearer, within that', async () => {
    const { deadlines } = await confirm(300, silk, { ...own, deadline: T0 + 300_000 + 500 })
    expect(deadlines).toEqual([500])
  })

  test.each<FailureKind>(['unavailable', 'limited'])('while Buildkite is %s, which is told', async (kind) => {
    const reason = new ServiceFailure('Buildkite', kind, 'GET /x: 503')
    expect(await confirm(2_699, reason)).toEqual({
      outcome: given,
      deadlines: [2000],
      warnings: [
        'a pipeline’s repository could not be confirmed; using its cached token: Buildkite: GET /x: 503',
      ],
    })
  })

  test('for git, when it asks for that one', async () => {
    expect((await confirm(0, silk, { ...own, wanted: { owner: 'ACME', name: 'Silk' } })).outcome).toEqual(
      given,
    )
  })
})

describe('a cached token of a pipeline’s own repository is not given', () => {
  test('five minutes after the pipeline was moved to another', async () => {
    expect(await confirm(300, linen)).toEqual({ outcome: 'outdated', deadlines: [2000], warnings: [] })
  })

  test.each<FailureKind>(['refused', 'misconfigured', 'malformed'])(
    'when Buildkite answers otherwise: %s',
    async (kind) => {
      expect(await confirm(300, new ServiceFailure('Buildkite', kind, 'no such pipeline'))).toEqual({
        outcome: {
          kind: 'failed',
          service: 'Buildkite',
          failure: kind,
          reason: 'Buildkite: no such pipeline',
        },
        deadlines: [2000],
        warnings: [],
      })
    },
  )

  test('for git, when it asks for another', async () => {
    expect((await confirm(0, silk, { ...own, wanted: linen })).outcome).toEqual({
      kind: 'unmatched',
      reason: 'git asks for another repository than the pipeline’s',
    })
  })

  test('when something of our own is broken', async () => {
    await expect(confirm(300, new Error('the secret has no value yet'))).rejects.toEqual(
      new Error('the secret has no value yet'),
    )
  })
})

test('where the repositories are part of the key, there is nothing to ask', async () => {
  expect(await confirm(2_699, linen, {})).toEqual({ outcome: given, deadlines: [], warnings: [] })
})
