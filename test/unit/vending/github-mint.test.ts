import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Fault } from '../../../infra/local/stand-ins/faults.ts'
import type { GitHubStandIn } from '../../../infra/local/stand-ins/github.ts'
import { mintToken } from '../../../shared/vending/github/mint.ts'
import { ServiceFailure } from '../../../shared/vending/service-failure.ts'
import type { MintRequest } from '../../../shared/vending/types.ts'
import { acme, fakeGitHub, gitHubClient, grace, realTime, soon } from '../../support/fake-github.ts'

let server: GitHubStandIn
beforeAll(async () => {
  server = await fakeGitHub([acme, grace, { ...acme, id: 7003, owner: 'Asleep', suspended: true }])
})
beforeEach(() => server.faults.clear())
afterAll(() => server.close())

const configured = { installations: { acme: '7001', grace: '7002', asleep: '7003', gone: '1' } }
const asked: MintRequest = {
  owner: 'acme',
  repositories: { kind: 'named', names: ['silk', 'cotton'] },
  permissions: ['contents:read', 'packages:write'],
}
const count = (name: string) => server.counters[name] ?? 0
const refusal = (reason: string) => new ServiceFailure('GitHub', 'refused', reason)
const path = '/app/installations/7001/access_tokens'

describe('a token', () => {
  test('of named repositories is what was asked for, and lives an hour', async () => {
    const token = await mintToken(gitHubClient(server, configured), asked, soon())
    expect(token).toEqual({
      token: expect.stringMatching(/^ghs_12345_eyJ[\w.-]{480,560}$/),
      expiresAt: expect.any(Number),
      repositories: ['Acme/Cotton', 'Acme/silk'],
      permissions: ['contents:read', 'metadata:read', 'packages:write'],
    })
    expect(token.expiresAt - Date.now() / 1000).toBeCloseTo(3600, -1)
    expect(server.mintRequests.at(-1)).toEqual({
      repositories: ['silk', 'cotton'],
      permissions: { contents: 'read', packages: 'write' },
    })
  })

  test('of all repositories is asked for by leaving them out, and only where all are meant', async () => {
    const token = await mintToken(
      gitHubClient(server, configured),
      { ...asked, repositories: { kind: 'all' } },
      soon(),
    )
    expect([
      token.repositories,
      server.mintRequests.at(-1),
      server.tokens.get(token.token)?.repositories,
    ]).toEqual([[], { permissions: { contents: 'read', packages: 'write' } }, 'all'])
  })
})

describe('nothing is asked of GitHub', () => {
  test.each([
    {
      what: 'for an empty list of repositories, which would mean all of them',
      different: { repositories: { kind: 'named', names: [] } },
      error: new Error('a token for no repository was asked for'),
    },
    {
      what: 'for an empty list of permissions, which would mean all of them',
      different: { permissions: [] },
      error: new Error('a token without permissions was asked for'),
    },
    {
      what: 'for more than 500 repositories',
      different: { repositories: { kind: 'named', names: Array(501).fill('silk') } },
      error: refusal('more than 500 repositories were asked for'),
    },
  ])('$what', async ({ different, error }) => {
    const before = count('mint')
    const wrong = { ...asked, ...different } as unknown as MintRequest
    await expect(mintToken(gitHubClient(server, configured), wrong, soon())).rejects.toEqual(error)
    expect(count('mint') - before).toBe(0)
  })
})

describe('GitHub gives no token', () => {
  test.each([
    {
      what: 'for a repository that is not there',
      different: { repositories: { kind: 'named', names: ['silk', 'nylon'] } },
      reason: `POST ${path}: 422 (There is at least one repository that does not exist or is not accessible to the parent installation.)`,
    },
    {
      what: 'for a permission that the App does not have',
      different: { permissions: ['contents:read', 'members:read'] },
      reason: `POST ${path}: 422 (The permissions requested are not granted to this installation.)`,
    },
    {
      what: 'for a level that the App does not have',
      different: { permissions: ['issues:write'] },
      reason: `POST ${path}: 422 (The permissions requested are not granted to this installation.)`,
    },
    {
      what: 'for an installation that is gone',
      different: { owner: 'Gone' },
      reason: 'POST /app/installations/1/access_tokens: there is no such installation',
    },
    {
      what: 'for an installation that is suspended',
      different: { owner: 'asleep' },
      reason: 'POST /app/installations/7003/access_tokens: 403 (This installation has been suspended)',
    },
  ])('$what', async ({ different, reason }) => {
    const request = { ...asked, ...different } as MintRequest
    await expect(mintToken(gitHubClient(server, configured), request, soon())).rejects.toEqual(
      refusal(reason),
    )
  })

  test('to another App', async () => {
    const client = gitHubClient(server, { ...configured, appId: '54321' })
    await expect(mintToken(client, asked, soon())).rejects.toEqual(
      new ServiceFailure(
        'GitHub',
        'misconfigured',
        `POST ${path}: 401 ('Issuer' claim ('iss') must be the App's id)`,
      ),
    )
  })

  test('to a clock that is an hour off, whichever way', async () => {
    const off = (hours: number) => ({ ...realTime, now: () => Date.now() + hours * 3_600_000 })
    const outcomes = await Promise.allSettled(
      [-1, 1].map((hours) =>
        mintToken(gitHubClient(server, configured, off(hours)), asked, soon() + hours * 3_600_000),
      ),
    )
    const late = "'Expiration time' claim ('exp') must be in the future"
    const early = "'Issued at' claim ('iat') must be in the past"
    expect(outcomes).toEqual(
      [late, early].map((text) => ({
        status: 'rejected',
        reason: new ServiceFailure('GitHub', 'misconfigured', `POST ${path}: 401 (${text})`),
      })),
    )
  })
})

describe('a token that is not what was asked for is ended at once, and not given out:', () => {
  type Body = Record<string, unknown>
  test.each<{ what: string; change: (body: Body) => Body; reason: string }>([
    {
      what: 'of all repositories',
      change: ({ repositories: _, ...body }) => ({ ...body, repository_selection: 'all' }),
      reason: 'the token covers all repositories',
    },
    {
      what: 'with more rights',
      change: (body) => ({ ...body, permissions: { ...(body.permissions as Body), contents: 'write' } }),
      reason: 'asked and granted permissions differ in contents:read contents:write',
    },
    {
      what: 'that has ended',
      change: (body) => ({ ...body, expires_at: '2020-01-01T00:00:00Z' }),
      reason: 'the token has no expiry to come',
    },
  ])('$what', async ({ change, reason }) => {
    const [ended, living] = [count('end token'), server.tokens.size]
    server.faults.plan({ kind: 'changed answer', change }, { route: 'mint' })
    await expect(mintToken(gitHubClient(server, configured), asked, soon())).rejects.toEqual(
      new ServiceFailure('GitHub', 'malformed', `POST ${path}: ${reason}`),
    )
    expect([count('end token') - ended, server.tokens.size - living]).toEqual([1, 0])
  })

  test('also where ending it fails', async () => {
    const change = (body: Body) => ({ ...body, expires_at: '' })
    server.faults.plan({ kind: 'changed answer', change }, { route: 'mint' })
    server.faults.plan({ kind: 'status', status: 500 }, { route: 'end token', times: 2 })
    await expect(mintToken(gitHubClient(server, configured), asked, soon())).rejects.toEqual(
      new ServiceFailure('GitHub', 'malformed', `POST ${path}: the token has no expiry to come`),
    )
  })
})

describe('after a failure the next request is fine:', () => {
  test.each<{
    fault: Fault
    times?: number
    kind: 'refused' | 'malformed' | 'limited' | 'unavailable'
    reason: string
  }>([
    {
      fault: { kind: 'malformed JSON' },
      kind: 'malformed',
      reason: `POST ${path}: the answer is no JSON object`,
    },
    {
      fault: { kind: 'status', status: 201, body: '{}' },
      kind: 'malformed',
      reason: `POST ${path}: the answer has no token`,
    },
    { fault: { kind: 'unprocessable', message: 'No' }, kind: 'refused', reason: `POST ${path}: 422 (No)` },
    {
      fault: { kind: 'rate limit', retryAfter: 60 },
      kind: 'limited',
      reason: `POST ${path}: 429 (API rate limit exceeded), retry after 60 s`,
    },
    {
      fault: { kind: 'connection dropped' },
      times: 2,
      kind: 'unavailable',
      reason: `POST ${path}: ECONNRESET`,
    },
  ])('$fault.kind', async ({ fault, times = 1, kind, reason }) => {
    const client = gitHubClient(server, configured)
    server.faults.plan(fault, { route: 'mint', times })
    await expect(mintToken(client, asked, soon())).rejects.toEqual(new ServiceFailure('GitHub', kind, reason))
    expect((await mintToken(client, asked, soon())).repositories).toEqual(['Acme/Cotton', 'Acme/silk'])
  })
})
