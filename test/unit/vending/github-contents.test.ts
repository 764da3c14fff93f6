import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Fault } from '../../../infra/local/stand-ins/faults.ts'
import type { GitHubStandIn } from '../../../infra/local/stand-ins/github.ts'
import { memory } from '../../../shared/stores/memory.ts'
import { fileContents } from '../../../shared/vending/github/contents.ts'
import { ServiceFailure } from '../../../shared/vending/service-failure.ts'
import type { GitHubToken } from '../../../shared/vending/types.ts'
import { fakeGitHub, gitHubClient, realTime, soon } from '../../support/fake-github.ts'

let server: GitHubStandIn
beforeAll(async () => {
  server = await fakeGitHub()
})
beforeEach(() => server.faults.clear())
afterAll(() => server.close())

const file = { owner: 'acme', repo: 'profiles', path: 'ci/profiles.yaml' }
const url = '/repos/acme/profiles/contents/ci/profiles.yaml'
const count = (name: string) => server.counters[name] ?? 0

function reader(now = realTime.now) {
  const time = { ...realTime, now }
  const client = { ...gitHubClient(server, {}, time), appJwt: gitHubClient(server).appJwt }
  const tokens = memory<GitHubToken>(10, now)
  return (address = file) => fileContents(client, address, tokens, now() + 10_000)
}

describe('a file', () => {
  test('is read with a token that can do nothing else', async () => {
    expect(await reader()()).toBe('pipeline: {}\n')
    expect(server.mintRequests.at(-1)).toEqual({
      repositories: ['profiles'],
      permissions: { contents: 'read' },
    })
  })

  test('may have any characters in its path', async () => {
    expect(await reader()({ ...file, path: 'a b/ü.yaml' })).toBe('odd\n')
  })

  test('is read again with the same token, until ten minutes before its end', async () => {
    const clock = { ahead: 0 }
    const read = reader(() => Date.now() + clock.ahead)
    const mints = [count('mint')]
    for (const ahead of [0, 2_990_000, 3_005_000]) {
      clock.ahead = ahead
      await read()
      mints.push(count('mint'))
    }
    const [first = 0, ...later] = mints
    expect(later.map((mint) => mint - first)).toEqual([1, 1, 2])
  })
})

describe('no file is', () => {
  test.each<{ what: string; address?: Partial<typeof file>; fault?: Fault; error: ServiceFailure }>([
    {
      what: 'one that is not there',
      address: { path: 'gone.yaml' },
      error: new ServiceFailure(
        'GitHub',
        'refused',
        'GET /repos/acme/profiles/contents/gone.yaml: there is no such file',
      ),
    },
    {
      what: 'a path that leaves the repository',
      address: { path: '../../silk/contents/x' },
      error: new ServiceFailure('GitHub', 'refused', 'no name for a URL: ".."'),
    },
    {
      what: 'a repository that is not the App’s',
      address: { repo: 'nylon' },
      error: new ServiceFailure(
        'GitHub',
        'refused',
        'POST /app/installations/7001/access_tokens: 422 (There is at least one repository that does not exist or is not accessible to the parent installation.)',
      ),
    },
    {
      what: 'a folder',
      fault: { kind: 'changed answer', change: () => [{ name: 'x' }] },
      error: new ServiceFailure(
        'GitHub',
        'refused',
        'GET /repos/acme/profiles/contents/ci: there is no such file',
      ),
      address: { path: 'ci' },
    },
    {
      what: 'what is told as JSON',
      fault: { kind: 'status', status: 200, body: '[]' },
      error: new ServiceFailure('GitHub', 'malformed', `GET ${url}: the answer is no file`),
    },
    {
      what: 'one of over a megabyte',
      fault: { kind: 'huge body', bytes: 1_048_576 },
      error: new ServiceFailure('GitHub', 'malformed', `GET ${url}: too large`),
    },
    {
      what: 'one that is elsewhere',
      fault: { kind: 'redirect', to: 'http://127.0.0.1/' },
      error: new ServiceFailure('GitHub', 'malformed', `GET ${url}: 302`),
    },
  ])('$what', async ({ address, fault, error }) => {
    if (fault) server.faults.plan(fault, { route: 'contents' })
    await expect(reader()({ ...file, ...address })).rejects.toEqual(error)
  })

  test('one whose token was ended, until the next reading', async () => {
    const read = reader()
    await read()
    for (const token of server.tokens.keys()) (server.tokens as Map<string, unknown>).delete(token)
    await expect(read()).rejects.toEqual(
      new ServiceFailure('GitHub', 'misconfigured', `GET ${url}: 401 (Bad credentials)`),
    )
    expect(await read()).toBe('pipeline: {}\n')
  })
})

test('the deadline is for all of it', async () => {
  server.faults.plan({ kind: 'delay', milliseconds: 1_000 }, { route: 'contents' })
  const startedAt = Date.now()
  const client = gitHubClient(server)
  await expect(fileContents(client, file, memory(1), startedAt + 300)).rejects.toEqual(
    new ServiceFailure('GitHub', 'unavailable', `GET ${url}: timeout`),
  )
  expect([Date.now() - startedAt < 900, soon() > startedAt]).toEqual([true, true])
})
