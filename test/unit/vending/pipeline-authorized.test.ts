import { describe, expect, test } from 'vitest'
import { authorized } from '../../../shared/vending/pipeline/authorized.ts'
import type { AuthorizedRequest, VendRequest } from '../../../shared/vending/pipeline/types.ts'
import type { MatchOutcome } from '../../../shared/vending/types.ts'
import { organizationProfile, profile, vended, vendRequest } from '../../support/vend-requests.ts'

const tried: MatchOutcome['tried'] = [{ claim: 'build_branch', expected: 'main', outcome: 'matched' }]

/** The layer, and the requests that it let through. */
function layer(kind: MatchOutcome['kind'] = 'allowed') {
  const passed: AuthorizedRequest[] = []
  const asked: unknown[] = []
  const vend = authorized(
    async (request) => {
      passed.push(request)
      return vended('ghs_x')
    },
    (...asks) => {
      asked.push(asks)
      return { kind, tried }
    },
    'acme',
  )
  return { vend, passed, asked }
}
const claimed = { kind: 'repository', owner: 'acme', name: 'silk' } as const
const target = (names: readonly string[], owner = 'acme') => ({
  kind: 'known',
  owner,
  repositories: { kind: 'named', names },
})

describe('a request whose caller passes the rules goes on with the rights', () => {
  const organization = organizationProfile()
  const caller = organizationProfile({ repositories: { kind: 'caller', names: ['cotton', 'Linen'] } })
  const everything = organizationProfile({ repositories: { kind: 'all' } })
  test.each<{ what: string; different: Partial<VendRequest>; rights: unknown }>([
    {
      what: 'of a pipeline profile, whose repository Buildkite will name',
      different: {},
      rights: { target: { kind: 'pipeline' }, permissions: ['contents:read'] },
    },
    {
      what: 'of a pipeline profile, on the repository that its token names',
      different: { repository: claimed },
      rights: { target: target(['silk']), permissions: ['contents:read'] },
    },
    {
      what: 'of a pipeline profile, for git, on the repository that its token names',
      different: { repository: claimed, wanted: { owner: 'Acme', name: 'Silk' } },
      rights: { target: target(['silk']), permissions: ['contents:read'] },
    },
    {
      what: 'of an organization profile',
      different: { profile: organization },
      rights: { target: target(['cotton', 'Linen']), permissions: ['contents:write', 'issues:read'] },
    },
    {
      what: 'of an organization profile, whatever the token says of its own repository',
      different: { profile: organization, repository: { kind: 'refused', reason: 'x' } },
      rights: { target: target(['cotton', 'Linen']), permissions: ['contents:write', 'issues:read'] },
    },
    {
      what: 'of an organization profile, narrowed',
      different: { profile: organization, repositoryScope: 'linen', permissions: 'contents:read' },
      rights: { target: target(['Linen']), permissions: ['contents:read'] },
    },
    {
      what: 'of an organization profile, for git, on all that it lists',
      different: { profile: organization, wanted: { owner: 'ACME', name: 'linen' } },
      rights: { target: target(['cotton', 'Linen']), permissions: ['contents:write', 'issues:read'] },
    },
    {
      what: 'of a profile for all repositories, for git',
      different: { profile: everything, wanted: { owner: 'acme', name: 'nylon' } },
      rights: {
        target: { kind: 'known', owner: 'acme', repositories: { kind: 'all' } },
        permissions: ['contents:write', 'issues:read'],
      },
    },
    {
      what: 'on the repository that git names, where the profile leaves it to the caller',
      different: { profile: caller, wanted: { owner: 'acme', name: 'linen' } },
      rights: { target: target(['Linen']), permissions: ['contents:write', 'issues:read'] },
    },
  ])('$what', async ({ different, rights }) => {
    const { vend, passed } = layer()
    const request = vendRequest(different)
    expect(await vend(request)).toEqual({ ...vended('ghs_x'), tried })
    const { caller, profile, fresh, deadline, wanted } = request
    expect(passed).toEqual([{ caller, profile, fresh, deadline, wanted, rights }])
  })
})

test('a caller who does not pass the rules gets nothing further asked, not even of the cache', async () => {
  const { vend, passed, asked } = layer('refused')
  const request = vendRequest({ repositoryScope: 'not/bare' })
  expect([await vend(request), passed, asked]).toEqual([
    { kind: 'refused', reason: 'the match rules do not allow it', tried },
    [],
    [[request.profile, request.caller, request.allowedClaims]],
  ])
})

describe('a request ends here', () => {
  const elsewhere = { kind: 'unmatched', reason: 'git asks for a repository that the profile does not cover' }
  const organization = organizationProfile()
  const caller = organizationProfile({ repositories: { kind: 'caller', names: ['cotton'] } })
  test.each<{ what: string; different: Partial<VendRequest>; outcome: object }>([
    { what: 'when git asks for another host', different: { wanted: 'elsewhere' }, outcome: elsewhere },
    {
      what: 'when git asks for another repository than the one of the token',
      different: { repository: claimed, wanted: { owner: 'acme', name: 'linen' } },
      outcome: elsewhere,
    },
    {
      what: 'when git asks for a repository that is not listed',
      different: { profile: organization, wanted: { owner: 'acme', name: 'silk' } },
      outcome: elsewhere,
    },
    {
      what: 'when git asks for another owner’s',
      different: { profile: organization, wanted: { owner: 'evil', name: 'cotton' } },
      outcome: elsewhere,
    },
    {
      what: 'when git asks for another owner’s, with a profile for all',
      different: {
        profile: organizationProfile({ repositories: { kind: 'all' } }),
        wanted: { owner: 'evil', name: 'cotton' },
      },
      outcome: elsewhere,
    },
    {
      what: 'when git asks for another owner’s, with a profile that leaves it to the caller',
      different: { profile: caller, wanted: { owner: 'evil', name: 'cotton' } },
      outcome: elsewhere,
    },
    {
      what: 'when git asks for one that the list of the caller’s profile has not',
      different: { profile: caller, wanted: { owner: 'acme', name: 'silk' } },
      outcome: elsewhere,
    },
    {
      what: 'when git asks for another than the scope',
      different: {
        profile: organization,
        repositoryScope: 'cotton',
        wanted: { owner: 'acme', name: 'linen' },
      },
      outcome: elsewhere,
    },
    {
      what: 'when the token names no repository',
      different: { repository: { kind: 'refused', reason: 'repository is missing or no text' } },
      outcome: { kind: 'refused', reason: 'repository is missing or no text' },
    },
    {
      what: 'when the scope is beyond the profile',
      different: { profile: organization, repositoryScope: 'silk' },
      outcome: { kind: 'refused', reason: 'repository-scope is not among the repositories of the profile' },
    },
    {
      what: 'when the permissions are beyond the profile',
      different: { permissions: 'contents:write' },
      outcome: { kind: 'refused', reason: 'the profile does not have the permission contents:write' },
    },
    {
      what: 'when the scope is missing',
      different: { profile: caller },
      outcome: { kind: 'bad request', reason: 'the profile needs a repository-scope' },
    },
    {
      what: 'when the scope is malformed',
      different: { profile: organization, repositoryScope: 'a/b' },
      outcome: { kind: 'bad request', reason: 'repository-scope is not the bare name of a repository' },
    },
  ])('$what', async ({ different, outcome }) => {
    const { vend, passed } = layer()
    expect([await vend(vendRequest(different)), passed]).toEqual([{ ...outcome, tried }, []])
  })
})

test('a rule that throws lets nobody through', async () => {
  const fault = new Error('a pattern is gone')
  const passed: unknown[] = []
  const vend = authorized(
    async (request) => {
      passed.push(request)
      return vended('ghs_x')
    },
    () => {
      throw fault
    },
    'acme',
  )
  await expect(vend(vendRequest({ profile: profile() }))).rejects.toEqual(fault)
  expect(passed).toEqual([])
})
