import { describe, expect, test } from 'vitest'
import { cacheKey } from '../../../shared/vending/pipeline/cache-key.ts'
import type { AuthorizedRequest } from '../../../shared/vending/pipeline/types.ts'
import type { RepositorySelection } from '../../../shared/vending/types.ts'
import { vendConfig } from '../../support/fake-github.ts'
import { authorizedRequest, caller, cotton, ownRepository, profile } from '../../support/vend-requests.ts'

const { github } = vendConfig({ url: 'https://api.github.com' }, { installations: { acme: '7001' } })
const keyOf = (different: Partial<AuthorizedRequest> = {}, config: Partial<typeof github> = {}) =>
  cacheKey(authorizedRequest(different), { ...github, ...config })
const known = (repositories: RepositorySelection, owner = 'acme') => ({
  rights: { ...cotton, target: { kind: 'known', owner, repositories } as const },
})

test('a key is SHA-256 in base64url, and the same for the same rights', () => {
  const [first, second] = [keyOf(), keyOf()]
  expect([first, second]).toEqual([expect.stringMatching(/^[\w-]{43}$/), first])
})

describe('the key does not change with', () => {
  test.each<{ what: string; different: Partial<AuthorizedRequest>; of?: Partial<AuthorizedRequest> }>([
    {
      what: 'the job, build, branch and claims of the caller',
      different: { caller: { ...caller, job: 'j2', build: '43', branch: 'x', claims: {} } },
    },
    {
      what: 'the case and the order of repositories',
      of: known({ kind: 'named', names: ['a', 'B'] }),
      different: known({ kind: 'named', names: ['b', 'A'] }),
    },
    { what: 'the case of the owner', different: known({ kind: 'named', names: ['cotton'] }, 'ACME') },
    {
      what: 'the order of permissions',
      of: { rights: { ...cotton, permissions: ['b:read', 'a:read'] } },
      different: { rights: { ...cotton, permissions: ['a:read', 'b:read'] } },
    },
    { what: 'what git wants', different: { wanted: { owner: 'acme', name: 'cotton' } } },
  ])('$what', ({ different, of = {} }) => {
    expect(keyOf(different)).toBe(keyOf(of))
  })
})

describe('the key is another one for', () => {
  test.each<{ what: string; different?: Partial<AuthorizedRequest>; config?: Partial<typeof github> }>([
    { what: 'another issuer', different: { caller: { ...caller, issuer: 'https://gitlab.com' } } },
    { what: 'another organization', different: { caller: { ...caller, organization: 'evil' } } },
    { what: 'another pipeline', different: { caller: { ...caller, pipelineId: 'other' } } },
    { what: 'another kind of profile', different: { profile: profile({ kind: 'organization' }) } },
    { what: 'another profile', different: { profile: profile({ name: 'default' }) } },
    { what: 'another content of the profile', different: { profile: profile({ digest: 'digest-2' }) } },
    { what: 'another owner', different: known({ kind: 'named', names: ['cotton'] }, 'grace') },
    { what: 'another repository', different: known({ kind: 'named', names: ['linen'] }) },
    { what: 'a repository more', different: known({ kind: 'named', names: ['cotton', 'linen'] }) },
    { what: 'all repositories', different: known({ kind: 'all' }) },
    { what: 'a repository that is called all', different: known({ kind: 'named', names: ['all'] }) },
    { what: 'the pipeline’s own repository', different: { rights: ownRepository } },
    { what: 'another level', different: { rights: { ...cotton, permissions: ['contents:write'] } } },
    { what: 'another GitHub', config: { apiUrl: 'https://ghe.example.com/api/v3' } },
    { what: 'another host of repositories', config: { host: 'ghe.example.com' } },
    { what: 'another App', config: { appId: '2' } },
    { what: 'another installation', config: { installations: { acme: '7002' } } },
    { what: 'an installation that is looked up', config: { installations: {} } },
  ])('$what', ({ different, config }) => {
    const others = [
      ...[known({ kind: 'all' }), known({ kind: 'named', names: ['all'] }), { rights: ownRepository }].filter(
        (one) => JSON.stringify(one) !== JSON.stringify(different),
      ),
      {},
    ]
    expect(others.map((other) => keyOf(other))).not.toContain(keyOf(different, config))
  })
  test('the pipeline’s own repository with other installations: its owner is not known yet', () => {
    const own = { rights: ownRepository }
    expect(keyOf(own, { installations: { grace: '7' } })).not.toBe(keyOf(own))
  })
  test('an owner of an object’s own name is no installation', () => {
    expect(keyOf(known({ kind: 'all' }, 'constructor'))).toMatch(/^[\w-]{43}$/)
  })
})
