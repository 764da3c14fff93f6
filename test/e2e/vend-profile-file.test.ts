import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { GitHubStandIn } from '../../infra/local/stand-ins/github.ts'
import { ciJobs } from '../support/ci-jobs.ts'
import { type OperatedStack, startOperatedStack } from '../support/operated-stack.ts'
import { withProfilesOnGitHub } from '../support/presets.ts'

const file =
  'organization: { profiles: [{ name: on-github, repositories: [linen], permissions: ["contents:read"] }] }'

/** The tests build on each other: what GitHub gave is kept, and served when it gives no more. */
let stack: OperatedStack
let github: GitHubStandIn
beforeAll(async () => {
  stack = await startOperatedStack({ preset: 'ci', edge: true, seed: {}, change: withProfilesOnGitHub })
  if (!stack.standIns?.github) throw new Error('GitHub is not played')
  github = stack.standIns.github
  const [installation] = github.installations
  if (!installation) throw new Error('the App is installed nowhere')
  github.installations[0] = { ...installation, files: { 'profiles/ci/profiles.yaml': file } }
})
afterAll(() => stack?.close())

const jobs = ciJobs(() => stack)
async function ask(query = '') {
  const { status, body } = await jobs.ask(`/organization/token/on-github${query}`)
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
  expect(lines()).toContainEqual(expect.objectContaining({ level: 'ERROR', message: 'profiles unavailable' }))
  expect(jobs.audits().at(-1)).toMatchObject({
    request: { status: 500 },
    decision: { profile: 'organization/on-github', outcome: 'failed', reason: 'there are no profiles' },
  })
})

test('the file is read with a token for its repository alone, and its profiles serve', async () => {
  github.faults.clear()
  // Without any file GitHub is asked every five seconds.
  await vi.waitUntil(async () => (await ask()).status === 200, { timeout: 20_000, interval: 500 })
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
