import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { GitHubStandIn } from '../../../infra/local/stand-ins/github.ts'
import { installationOf } from '../../../shared/vending/github/installation.ts'
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

describe('the installation', () => {
  test('is the configured one, whatever the owner’s case, and is not looked up', async () => {
    const before = count('organization installation')
    const client = gitHubClient(server, configured)
    expect(
      await Promise.all(['acme', 'ACME', 'Grace'].map((owner) => installationOf(client, owner, soon()))),
    ).toEqual(['7001', '7001', '7002'])
    expect(count('organization installation') - before).toBe(0)
  })

  test.each([
    ['Acme', '7001'],
    ['grace', '7002'],
  ])('of %s is looked up where it is not configured', async (owner, id) => {
    expect(await installationOf(gitHubClient(server), owner, soon())).toBe(id)
  })

  test('of several organizations is each its own', async () => {
    const client = gitHubClient(server)
    const thesis = {
      owner: 'grace',
      repositories: { kind: 'named', names: ['thesis'] },
      permissions: ['contents:read'],
    } as const
    const tokens = [await mintToken(client, asked, soon()), await mintToken(client, thesis, soon())]
    expect(tokens.map(({ repositories }) => repositories)).toEqual([
      ['Acme/Cotton', 'Acme/silk'],
      ['grace/thesis'],
    ])
  })

  test('that was looked up is remembered an hour; that there is none, a minute', async () => {
    const time = { ...realTime, ahead: 0, now: () => Date.now() + time.ahead }
    const client = { ...gitHubClient(server, {}, time), appJwt: gitHubClient(server).appJwt }
    const lookUps = async (owner: string) => {
      const before = count('organization installation')
      const answer = await installationOf(client, owner, time.now() + 10_000).catch(
        (error: Error) => error.message,
      )
      return [answer, count('organization installation') - before]
    }
    const missing = 'GitHub: the App is not installed at nobody'
    const seen = [
      await lookUps('acme'),
      await lookUps('ACME'),
      await lookUps('nobody'),
      await lookUps('nobody'),
    ]
    time.ahead = 61_000
    seen.push(await lookUps('acme'), await lookUps('nobody'))
    time.ahead = 3_601_000
    seen.push(await lookUps('acme'))
    expect(seen).toEqual([
      ['7001', 1],
      ['7001', 0],
      [missing, 1],
      [missing, 0],
      ['7001', 0],
      [missing, 1],
      ['7001', 1],
    ])
  })

  test.each<{
    what: string
    owner: string
    change?: (body: Record<string, unknown>) => unknown
    error: ServiceFailure
  }>([
    { what: 'is nowhere', owner: 'nobody', error: refusal('the App is not installed at nobody') },
    {
      what: 'is suspended',
      owner: 'asleep',
      error: refusal('the App’s installation at asleep is suspended'),
    },
    {
      what: 'is of another owner',
      owner: 'acme',
      change: (body) => ({ ...body, account: { login: 'evil' } }),
      error: new ServiceFailure(
        'GitHub',
        'malformed',
        'GET /orgs/acme/installation: the installation is of another owner',
      ),
    },
    {
      what: 'has no id',
      owner: 'acme',
      change: (body) => ({ ...body, id: '../7001' }),
      error: new ServiceFailure(
        'GitHub',
        'malformed',
        'GET /orgs/acme/installation: the installation has no id',
      ),
    },
    {
      what: 'is asked for under the name of an object’s own',
      owner: 'constructor',
      error: refusal('the App is not installed at constructor'),
    },
  ])('that $what gives no token', async ({ owner, change, error }) => {
    if (change) server.faults.plan({ kind: 'changed answer', change })
    await expect(installationOf(gitHubClient(server), owner, soon())).rejects.toEqual(error)
  })

  test('that could not be looked up is looked up by the next request', async () => {
    const client = gitHubClient(server)
    server.faults.plan({ kind: 'status', status: 500 }, { times: 2 })
    await expect(installationOf(client, 'acme', soon())).rejects.toEqual(
      new ServiceFailure('GitHub', 'unavailable', 'GET /orgs/acme/installation: 500 (Told to)'),
    )
    expect(await installationOf(client, 'acme', soon())).toBe('7001')
  })
})
