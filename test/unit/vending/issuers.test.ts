import { describe, expect, test } from 'vitest'
import type { VendIssuer } from '../../../shared/config/vend-types.ts'
import { epochSeconds } from '../../../shared/protocol/brands.ts'
import { issuerKeys } from '../../../shared/vending/issuers/issuer-keys.ts'
import {
  buildkite,
  circleci,
  githubActions,
  gitlab,
  vendIssuer,
} from '../../../shared/vending/issuers/presets.ts'
import { repositoryOf } from '../../../shared/vending/issuers/repository.ts'
import { type CiVerification, verifyCiToken } from '../../../shared/vending/issuers/verify.ts'
import {
  audience,
  buildkiteClaims,
  circleClaims,
  circleOrganization,
  githubClaims,
  githubSubjects,
  gitlabClaims,
  timesAt,
} from '../../support/ci-claims.ts'
import { ciKey, signedJwt } from '../../support/ci-issuer.ts'

const now = epochSeconds(1_800_000_000)
const times = timesAt(now)
const key = ciKey('RS256', 'key-1')
const jwks = { keys: [key.jwk] }
const acme = buildkite({ organization: 'acme-inc', audience, jwks })
const octo = githubActions({ ownerId: '65', audience, jwks })
const group = gitlab({ issuer: 'https://gitlab.example.com', namespaceId: '72', audience, jwks })
const circle = circleci({ organizationId: circleOrganization, audience, jwks })
const otherSetting = {
  kind: 'openid',
  issuer: 'https://ci.example.com/',
  audience,
  jwks: { keys: [ciKey('ES256', 'es').jwk, key.jwk] },
  requiredClaims: ['team'],
  claimValues: { tenant: 'acme' },
  allowedClaims: ['team', 'pipe'],
  repositoryClaim: 'repo',
  organizationClaim: 'tenant',
  pipelineClaim: 'pipe',
  pipelineIdClaim: 'pipe_id',
  algorithms: ['RS256', 'ES256'],
} as const
const other = vendIssuer(otherSetting)
const otherClaims = {
  iss: 'https://ci.example.com/',
  sub: 'job-1',
  aud: audience,
  exp: now + 60,
  team: ['silk', 'linen'],
  tenant: 'acme',
  pipe: 'build',
  pipe_id: 9007199254740991,
  repo: 'acme/silk',
}
const all = [acme, octo, group, circle, other]

function verify(token: string, issuers: readonly VendIssuer[] = all, at = now): Promise<CiVerification> {
  const keys = issuerKeys({ loopback: false })
  return verifyCiToken([`Bearer ${token}`], issuers, { keys }, at)
}
const refused = (reason: string) => ({ kind: 'refused', reason })

describe('a token of each vendor is its caller', () => {
  const circleIssuer = `https://oidc.circleci.com/org/${circleOrganization}`
  const project = 'ecc458d2-fbdc-4d9a-93c4-ac065ed3c3ca'
  test.each([
    {
      what: 'Buildkite',
      issuer: acme,
      claims: buildkiteClaims(times),
      caller: {
        issuer: 'https://agent.buildkite.com',
        organization: 'acme-inc',
        pipeline: 'super-duper-app',
        pipelineId: '0184990a-4782-42b5-afc1-16715b10b100',
        job: '0184990a-477b-4fa8-9968-496074483cee',
        build: '1',
        branch: 'main',
      },
      repository: { kind: 'at-buildkite' },
    },
    ...githubSubjects.map((subject) => ({
      what: `GitHub Actions, ${subject}`,
      issuer: octo,
      claims: githubClaims(times, subject),
      caller: {
        issuer: 'https://token.actions.githubusercontent.com',
        organization: 'octo-org',
        pipeline: 'octo-org/octo-repo',
        pipelineId: '74',
        job: '42009841011',
        build: '30433642',
        branch: 'refs/heads/main',
      },
      repository: { kind: 'repository', owner: 'octo-org', name: 'octo-repo' },
    })),
    {
      what: 'GitLab',
      issuer: group,
      claims: gitlabClaims(times),
      caller: {
        issuer: 'https://gitlab.example.com',
        organization: 'my-group',
        pipeline: 'my-group/my-project',
        pipelineId: '20',
        job: '302',
        build: '574',
        branch: 'feature-branch-1',
      },
      repository: { kind: 'repository', owner: 'my-group', name: 'my-project' },
    },
    {
      what: 'CircleCI, whose tokens have no nbf',
      issuer: circle,
      claims: circleClaims(times),
      caller: {
        issuer: circleIssuer,
        organization: circleOrganization,
        pipeline: project,
        pipelineId: project,
        job: '1f6c6bb6-7a0c-4b0d-9a5c-5b5a5a6f9f10',
        build: '7d8b1f7e-3f36-4d59-9c53-3b5d8a0f0c11',
        branch: 'refs/heads/main',
      },
      repository: { kind: 'repository', owner: 'octo-org', name: 'octo-repo' },
    },
    {
      what: 'any OpenID issuer, with neither iat nor nbf and a number for an id',
      issuer: other,
      claims: otherClaims,
      caller: {
        issuer: 'https://ci.example.com/',
        organization: 'acme',
        pipeline: 'build',
        pipelineId: '9007199254740991',
      },
      repository: { kind: 'repository', owner: 'acme', name: 'silk' },
    },
  ])('$what', async ({ issuer, claims, caller, repository }) => {
    const organization = issuer === group ? 'my-group' : 'acme'
    const verified = await verify(signedJwt(claims, key))
    expect(verified).toEqual({ kind: 'caller', issuer, caller: { ...caller, subject: claims.sub, claims } })
    if (verified.kind !== 'caller') throw new Error('it is a caller')
    expect(repositoryOf(verified.caller, issuer, { host: 'github.com', organization })).toEqual(repository)
    expect(Object.keys(verified.caller.claims)).toEqual(Object.keys(claims))
    expect(verified.caller.claims.constructor).toBeUndefined()
  })
})

test('of any OpenID issuer, job, build and branch are told where its settings name their claims', async () => {
  const claims = { jobClaim: 'job', buildClaim: 'run', branchClaim: 'ref' }
  const issuer = vendIssuer({ ...otherSetting, ...claims })
  const told = async (job: object) => {
    const verified = await verify(signedJwt({ ...otherClaims, ...job }, key), [issuer])
    if (verified.kind !== 'caller') return verified
    const { job: name, build, branch } = verified.caller
    return { job: name, build, branch }
  }
  expect(await told({ job: 'test', run: 7, ref: 'main' })).toEqual({
    job: 'test',
    build: '7',
    branch: 'main',
  })
  expect(await told({ ref: 'main' })).toEqual({ branch: 'main' })
  expect(await told({ ref: ['main'] })).toEqual(refused('ref is malformed'))
})

describe('another customer of a shared issuer is refused', () => {
  test.each([
    [
      'Buildkite',
      { ...buildkiteClaims(times), organization_slug: 'acme' },
      'organization_slug has another value',
    ],
    [
      'Buildkite, in other letters',
      { ...buildkiteClaims(times), organization_slug: 'ACME-INC' },
      'organization_slug has another value',
    ],
    [
      'GitHub, the same name under another id',
      { ...githubClaims(times), repository_owner_id: '66' },
      'repository_owner_id has another value',
    ],
    [
      'GitHub, the id as a number',
      { ...githubClaims(times), repository_owner_id: 65 },
      'repository_owner_id has another value',
    ],
    [
      'GitLab, a fork elsewhere',
      { ...gitlabClaims(times), namespace_id: '7200' },
      'namespace_id has another value',
    ],
    [
      'CircleCI',
      { ...circleClaims(times), 'oidc.circleci.com/org-id': 'other' },
      'oidc.circleci.com/org-id has another value',
    ],
    ['OpenID', { ...otherClaims, tenant: ['acme'] }, 'tenant has another value'],
  ])('%s', async (_, claims, reason) => {
    expect(await verify(signedJwt(claims, key))).toEqual(refused(reason))
  })
})

describe('each claim that Buildkite has to tell is required', () => {
  const required = 'nbf organization_slug pipeline_slug pipeline_id build_branch build_commit job_id agent_id'
  test.each(required.split(' '))('%s', async (name) => {
    const { [name]: _, ...rest } = buildkiteClaims(times) as Record<string, unknown>
    for (const claims of [rest, { ...rest, [name]: '' }, { ...rest, [name]: null }]) {
      const result = await verify(signedJwt(claims, key))
      const empty = name === 'nbf' && name in claims
      expect(result).toEqual(refused(empty ? 'nbf is malformed' : `${name} is missing`))
    }
  })
  test.each([
    ['sub', 'sub is malformed'],
    ['exp', 'exp is missing or malformed'],
    ['iss', 'an issuer that is not configured'],
    ['aud', 'another audience'],
  ])('%s', async (name, reason) => {
    const { [name]: _, ...claims } = buildkiteClaims(times) as Record<string, unknown>
    expect(await verify(signedJwt(claims, key))).toEqual(refused(reason))
  })
})

describe('the times of a token (5 s of clock skew, at most a day of life)', () => {
  const accepted = [
    { what: 'before its end', exp: now + 1 },
    { what: 'at its end', exp: now },
    { what: '4 s after its end', exp: now - 4 },
    { what: 'a fraction before the skew is over', exp: now - 4.5 },
    { what: 'it begins in 5 s', nbf: now + 5, iat: now + 5 },
    { what: 'it lives for a day', iat: now - 86_100, nbf: now - 86_100, exp: now + 300 },
  ]
  test.each(accepted)('accepted: $what', async ({ what: _, ...different }) => {
    const token = signedJwt({ ...buildkiteClaims(times), ...different }, key)
    expect(await verify(token)).toMatchObject({ kind: 'caller' })
  })
  const rejected = [
    { what: '5 s after its end', different: { exp: now - 5 }, reason: 'expired' },
    { what: 'it begins in 6 s', different: { nbf: now + 6 }, reason: 'not yet valid' },
    { what: 'issued in the future', different: { iat: now + 6 }, reason: 'issued in the future' },
    { what: 'a second over a day', different: { exp: times.iat + 86_401 }, reason: 'valid for too long' },
    { what: 'milliseconds', different: { exp: now * 1000 }, reason: 'exp is missing or malformed' },
  ]
  test.each(rejected)('refused: $what', async ({ different, reason }) => {
    const token = signedJwt({ ...buildkiteClaims(times), ...different }, key)
    expect(await verify(token)).toEqual(refused(reason))
  })
})

describe('one issuer set twice', () => {
  const second = buildkite({ organization: 'second', audience, jwks })
  test('is the one whose organization the token names', async () => {
    const token = signedJwt({ ...buildkiteClaims(times), organization_slug: 'second' }, key)
    const result = await verify(token, [acme, second])
    expect(result).toMatchObject({ kind: 'caller', caller: { organization: 'second' }, issuer: second })
  })
  test('is none for a third organization', async () => {
    const token = signedJwt({ ...buildkiteClaims(times), organization_slug: 'third' }, key)
    expect(await verify(token, [acme, second])).toEqual(refused('organization_slug has another value'))
  })
})

describe('every algorithm that settings may name verifies', () => {
  test.each([
    'RS256',
    'RS384',
    'RS512',
    'PS256',
    'PS384',
    'PS512',
    'ES256',
    'ES384',
    'ES512',
    'EdDSA',
  ] as const)('%s', async (alg) => {
    const own = ciKey(alg, 'own')
    const issuer = { ...other, algorithms: [alg], jwks: { keys: [own.jwk] } }
    expect(await verify(signedJwt(otherClaims, own), [issuer])).toMatchObject({ kind: 'caller' })
  })
})

describe('the repository that a claim names', () => {
  const anyOwner: VendIssuer = { ...other, repository: { from: 'claim', claim: 'repo', of: 'any owner' } }
  const repository = (value: unknown, host = 'github.com', organization = 'acme', issuer = anyOwner) =>
    repositoryOf(
      {
        issuer: '',
        subject: '',
        organization: '',
        pipeline: '',
        pipelineId: '',
        claims: { repo: value },
      },
      issuer,
      { host, organization },
    )
  test.each([
    ['acme/silk', 'github.com', 'acme', 'silk'],
    ['Acme-1/Silk.js_2-x', 'github.com', 'Acme-1', 'Silk.js_2-x'],
    ['ada_acme/.github', 'github.com', 'ada_acme', '.github'],
    ['github.com/acme/silk', 'github.com', 'acme', 'silk'],
    ['git.example.com/acme/silk', 'git.example.com', 'acme', 'silk'],
  ])('%s', (value, host, owner, name) => {
    expect(repository(value, host)).toEqual({ kind: 'repository', owner, name })
  })
  test.each([
    'acme',
    'acme/',
    '/silk',
    'acme/silk/thread',
    'group/subgroup/project',
    'acme/..',
    'acme/.',
    'acme/silk.git',
    'acme/silk.GIT',
    'acme/si lk',
    'acme/silk\n',
    'acme/silk?x',
    'acme/%2e%2e',
    '-acme/silk',
    'äcme/silk',
    `${'a'.repeat(101)}/silk`,
    `acme/${'s'.repeat(101)}`,
    'https://github.com/acme/silk',
    'git@github.com:acme/silk',
    'gitlab.com/acme/silk',
    'github.com.evil.example/acme/silk',
    'github.com-acme/silk',
    'bitbucket.org/acme/silk',
    '',
  ])('%j is none', (value) => {
    expect(repository(value)).toEqual(refused('repo names no repository on github.com'))
  })
  test.each([undefined, null, 1, ['acme/silk'], { name: 'acme/silk' }])('%j is none', (value) => {
    expect(repository(value)).toEqual(refused('repo is missing or no text'))
  })

  test.each(['acme/silk', 'ACME/silk', 'github.com/Acme/silk'])(
    '%s is the organization’s, where users of the CI may choose it',
    (value) => {
      expect(repository(value, 'github.com', 'Acme', other)).toMatchObject({
        kind: 'repository',
        name: 'silk',
      })
    },
  )
  test.each(['victim/silk', 'acme-inc/silk', 'acm/silk', 'github.com/victim/silk'])(
    '%s is none of the organization’s',
    (value) => {
      expect(repository(value, 'github.com', 'acme', other)).toEqual(
        refused('repo names no repository of acme'),
      )
    },
  )
})

describe('what an issuer setting of the configuration means', () => {
  const circleIssuer = { kind: 'circleci', organizationId: circleOrganization, audience, jwks } as const
  test.each([
    { setting: { kind: 'buildkite', organization: 'acme-inc', audience, jwks } as const, issuer: acme },
    { setting: { kind: 'github_actions', ownerId: '65', audience, jwks } as const, issuer: octo },
    {
      setting: {
        kind: 'gitlab',
        issuer: 'https://gitlab.example.com',
        namespaceId: '72',
        audience,
        jwks,
      } as const,
      issuer: group,
    },
    { setting: circleIssuer, issuer: circle },
  ])('$setting.kind', ({ setting, issuer }) => {
    expect(vendIssuer(setting)).toEqual(issuer)
    expect(issuer.algorithms).toEqual(['RS256'])
  })
  test('any OpenID issuer, with sub and exp required whatever is set', () => {
    const { requiredClaims, claimValues, allowedClaims, algorithms, issuer } = other
    expect({ requiredClaims, claimValues, allowedClaims, algorithms, issuer }).toEqual({
      requiredClaims: ['sub', 'exp', 'team'],
      claimValues: { tenant: 'acme' },
      allowedClaims: ['iss', 'team', 'pipe'],
      algorithms: ['RS256', 'ES256'],
      issuer: 'https://ci.example.com/',
    })
  })
  test('the vendors’ own key sets are known, and those of other addresses are discovered', () => {
    const own = (issuer: VendIssuer) => issuer.jwksUri
    expect([
      own(buildkite({ organization: 'a', audience })),
      own(githubActions({ ownerId: '1', audience })),
      own(buildkite({ organization: 'a', audience, issuer: 'https://ci.example.com' })),
      own(githubActions({ ownerId: '1', audience, issuer: 'https://ghes.example.com/_services/token' })),
      own(group),
      own(circle),
    ]).toEqual([
      'https://agent.buildkite.com/.well-known/jwks',
      'https://token.actions.githubusercontent.com/.well-known/jwks',
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })
})
