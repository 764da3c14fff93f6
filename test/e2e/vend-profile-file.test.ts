import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { ciToken } from '../../infra/local/ci-vendor/ci-token.ts'
import type { GitHubStandIn } from '../../infra/local/stand-ins/github.ts'
import { type OperatedStack, startOperatedStack } from '../support/operated-stack.ts'
import { withProfilesOnGitHub } from '../support/presets.ts'
import { rawRequest } from '../support/raw-request.ts'

/** The tests build on each other: what GitHub gave is kept, and served when it gives no more. */
let stack: OperatedStack
let github: GitHubStandIn
beforeAll(async () => {
  stack = await startOperatedStack({ preset: 'ci', edge: true, seed: {}, change: withProfilesOnGitHub })
  if (!stack.standIns?.github) throw new Error('GitHub is not played')
  github = stack.standIns.github
  github.files.set(
    'acme/profiles/ci/profiles.yaml',
    'organization: { profiles: [{ name: on-github, repositories: [linen], permissions: ["contents:read"] }] }',
  )
})
afterAll(() => stack?.close())

async function ask(query = '') {
  const setting = { kind: 'buildkite', organization: 'acme', audience: 'scrip' } as const
  const jwt = ciToken(setting, {}, stack.ciKeys().issuerKey, Math.floor(Date.now() / 1000))
  const { status, body } = await rawRequest(stack.issuer, {
    method: 'POST',
    path: `/organization/token/on-github${query}`,
    headers: [
      ['Authorization', `Bearer ${jwt}`],
      ['Content-Type', 'application/json'],
    ],
  })
  return { status, body }
}
const vended = {
  status: 200,
  body: expect.objectContaining({ profile: 'org:on-github', repositories: ['acme/linen'] }),
}
/** What the function has written so far. */
const lines = () =>
  stack.functionNames
    .filter((name) => /vend/i.test(name))
    .flatMap((name) => stack.logs(name))
    .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []))
const failContents = () =>
  github.faults.plan({ kind: 'status', status: 503 }, { route: 'contents', times: 100 })

test('with no file at all: 500, its audit line, and the line that the alarm waits for', async () => {
  failContents()
  expect(await ask()).toEqual({ status: 500, body: { error: 'Internal Server Error' } })
  expect(lines()).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ level: 'ERROR', message: 'profiles unavailable' }),
      expect.objectContaining({
        audit: expect.objectContaining({
          request: expect.objectContaining({ status: 500 }),
          decision: {
            profile: 'organization/on-github',
            outcome: 'failed',
            reason: 'there are no profiles',
          },
        }),
      }),
    ]),
  )
})

test('the file is read with a token for its repository alone, and its profiles serve', async () => {
  github.faults.clear()
  expect(await ask()).toEqual(vended)
  expect(github.mintRequests[0]).toEqual({ repositories: ['profiles'], permissions: { contents: 'read' } })
})

test('an environment that cannot read it begins with the last good one, from the table', async () => {
  const before = lines().length
  const minted = github.counters.mint ?? 0
  failContents()
  github.faults.plan({ kind: 'delay', milliseconds: 1_000 }, { route: 'mint' })
  const keepsOneBusy = ask('?fresh=1')
  await vi.waitUntil(() => (github.counters.mint ?? 0) > minted, { timeout: 5_000 })
  expect(await ask()).toEqual(vended)
  const written = lines().slice(before)
  expect(written).toContainEqual(
    expect.objectContaining({
      level: 'WARN',
      message: 'the profile file could not be read; using the last good one',
    }),
  )
  expect(written.map(({ message }) => message)).not.toContain('profiles unavailable')
  expect(await keepsOneBusy).toEqual(vended)
})
