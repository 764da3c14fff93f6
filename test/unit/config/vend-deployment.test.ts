/** What of `vend` is checked when a configuration is synthesized. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readDeployment } from '../../../infra/config/deployment.ts'
import { FaultyFile } from '../../../shared/config/faults.ts'
import { circleOrganization } from '../../support/ci-claims.ts'
import { ciKey } from '../../support/ci-issuer.ts'

const folder = mkdtempSync(join(tmpdir(), 'scrip-vend-'))
afterAll(() => rmSync(folder, { recursive: true }))

const buildkite = { kind: 'buildkite', organization: 'acme', audience: 'scrip' }
const openid = {
  kind: 'openid',
  issuer: 'https://ci.example.com/',
  audience: 'scrip',
  claimValues: { tenant: 'acme' },
  allowedClaims: [],
  repositoryClaim: 'repo',
  organizationClaim: 'org',
  pipelineClaim: 'pipe',
  pipelineIdClaim: 'pipe_id',
}
const vend = {
  issuers: [buildkite],
  github: { organization: 'acme', appId: '1' },
  profiles: {},
}
const rateLimits = { defaultTier: 'one', tiers: { one: { requestsPerMinute: 1 } } }

/** The faults that the deployment goes on with. */
function profileFaults(different: object) {
  return deploymentOf(different).profileFaults
}

function deploymentOf(different: object, local?: object) {
  const file = join(folder, 'scrip.yaml')
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({ rateLimits, vend: { ...vend, ...different } }))
  return readDeployment((key) => ({ config: file, local })[key], {})
}

/** Those that it refuses. */
function faultsOf(different: object): string[] {
  try {
    profileFaults(different)
    return []
  } catch (error) {
    if (!(error instanceof FaultyFile)) throw error
    return error.faults.map(({ path, expected }) => `${path}: ${expected}`)
  }
}

describe('this machine', () => {
  const loopbackOf = (local?: object) => deploymentOf({}, local).config.vend?.loopback
  const ciVendor = {
    githubApiUrl: 'http://127.0.0.1:1',
    buildkiteApiUrl: 'http://127.0.0.1:2',
    jwks: { keys: [] },
  }

  test('is spoken to by the local stack alone', () => {
    expect(loopbackOf()).toBe(false)
    expect(loopbackOf({ origin: 'http://127.0.0.1:3000', edge: false, ciVendor })).toBe(true)
  })

  test('is nothing that a file may open', () => {
    expect(faultsOf({ loopback: true })).toEqual(['vend.loopback: no such setting; is it misspelled?'])
  })
})

describe('profiles of the configuration', () => {
  const profile = { name: 'release', permissions: ['contents:write'] }
  const rule = (claim: string, valuePattern: string) => ({
    profiles: [{ ...profile, match: [{ claim, valuePattern }] }],
  })

  test('are good, or on GitHub, and nothing is told', () => {
    expect(profileFaults({ profiles: { pipeline: rule('build_branch', 'main') } })).toEqual([])
    expect(profileFaults({ profiles: 'acme:ci:profiles.yaml' })).toEqual([])
  })

  test.each([
    { what: 'a key', pipeline: { profile: [] }, path: 'pipeline.profile' },
    { what: 'a section', pipeline: {}, more: { org: {} }, path: 'org' },
    {
      what: 'the defaults',
      pipeline: { defaults: { permissions: ['contents:admin'] } },
      path: 'pipeline.defaults.permissions.0',
    },
  ])('that would make every request fail are refused: $what', ({ pipeline, more, path }) => {
    expect(faultsOf({ profiles: { pipeline, ...more } })).toEqual([
      expect.stringMatching(`^vend\\.profiles\\.${path}: .* \\(the whole file fails\\)$`),
    ])
  })

  test('are refused with all faults together', () => {
    expect(faultsOf({ profiles: { pipeline: { ...rule('nope', '('), x: 1 } } })).toEqual([
      'vend.profiles.pipeline.x: no such setting; is it misspelled? (the whole file fails)',
      'vend.profiles.pipeline.profiles.0.match.0.claim: a claim that a configured issuer allows in rules, but got "nope" (this profile is unavailable)',
    ])
  })

  test.each([
    {
      what: 'a claim of a vendor that is not configured',
      pipeline: rule('project_path', 'acme/.*'),
      fault: {
        path: 'match.0.claim',
        expected:
          'a claim that a configured issuer allows in rules, but got "project_path" (this profile is unavailable)',
      },
    },
    {
      what: 'a pattern',
      pipeline: rule('build_branch', 'a)|('),
      fault: {
        path: 'match.0.valuePattern',
        expected: expect.stringMatching(/^an RE2 pattern, but: .* \(this profile is unavailable\)$/),
      },
    },
    {
      what: 'the name default',
      pipeline: { profiles: [{ ...profile, name: 'default' }] },
      fault: { path: 'name', expected: expect.stringMatching(/ \(this entry is ignored\)$/) },
    },
  ])('of which one is not available are deployed, and it is told: $what', ({ pipeline, fault }) => {
    expect(profileFaults({ profiles: { pipeline } })).toEqual([
      { ...fault, path: `vend.profiles.pipeline.profiles.0.${fault.path}` },
    ])
  })

  test('are looked at for the local stack as well', () => {
    const local = { origin: 'http://127.0.0.1:3000', edge: true }
    const { profileFaults: faults } = deploymentOf({ profiles: { pipeline: rule('nope', 'x') } }, local)
    expect(faults).toHaveLength(1)
  })
})

describe('settings of which no other would be used for a token', () => {
  const actions = { kind: 'github_actions', ownerId: '65', audience: 'scrip' }
  const gitlab = { kind: 'gitlab', issuer: 'https://gitlab.com', namespaceId: '72', audience: 'scrip' }
  const circle = { kind: 'circleci', organizationId: circleOrganization, audience: 'scrip' }

  test.each([
    { what: 'the same organization', issuers: [buildkite, buildkite] },
    {
      what: 'its issuer written out',
      issuers: [{ ...buildkite, issuer: 'https://agent.buildkite.com' }, buildkite],
    },
    { what: 'the same owner', issuers: [actions, actions] },
    { what: 'the same namespace', issuers: [gitlab, gitlab] },
    { what: 'the same CircleCI organization', issuers: [circle, circle] },
    { what: 'the same tenant', issuers: [openid, { ...openid, allowedClaims: ['x'] }] },
    { what: 'any tenant, and one', issuers: [{ ...openid, claimValues: {} }, openid] },
    { what: 'values of different claims', issuers: [openid, { ...openid, claimValues: { team: 'silk' } }] },
    { what: 'one vendor set as two kinds', issuers: [gitlab, { ...openid, issuer: gitlab.issuer }] },
  ])('are a fault: $what', ({ issuers }) => {
    expect(faultsOf({ issuers })).toEqual([
      'vend.issuers.1: another issuer or audience than vend.issuers.0, or another value of a claim that both require',
    ])
  })

  test.each([
    { what: 'organizations', issuers: [buildkite, { ...buildkite, organization: 'contractor' }] },
    { what: 'owners', issuers: [actions, { ...actions, ownerId: '66' }] },
    { what: 'audiences', issuers: [buildkite, { ...buildkite, audience: 'other' }] },
    { what: 'tenants', issuers: [openid, { ...openid, claimValues: { tenant: 'b', team: 'silk' } }] },
    { what: 'issuers', issuers: [openid, { ...openid, issuer: 'https://ci.example.com' }] },
    { what: 'vendors', issuers: [buildkite, actions, gitlab, circle, openid] },
  ])('different $what are none', ({ issuers }) => {
    expect(faultsOf({ issuers })).toEqual([])
  })
})

describe('pinned keys', () => {
  const rsa = ciKey('RS256', 'rsa')
  const elliptic = ciKey('ES256', 'ec')
  const encrypting = { ...rsa.jwk, kid: 'enc', use: 'enc', alg: 'RSA-OAEP' }
  const withKeys = (...keys: readonly object[]) => ({ issuers: [{ ...buildkite, jwks: { keys } }] })

  test.each([
    { what: 'the issuer’s own', keys: [rsa.jwk] },
    { what: 'without an algorithm', keys: [{ ...rsa.jwk, alg: undefined }] },
    { what: 'beside others of the same set (RFC 7517 §5)', keys: [encrypting, elliptic.jwk, rsa.jwk] },
  ])('verify: $what', ({ keys }) => {
    expect(faultsOf(withKeys(...keys))).toEqual([])
  })

  const secret = (index: number) =>
    `vend.issuers.0.jwks.keys.${index}: a public key, and nothing private of it`
  test.each([
    { what: 'an RSA key', key: rsa.privateKey.export({ format: 'jwk' }) },
    { what: 'a curve’s key', key: elliptic.privateKey.export({ format: 'jwk' }) },
    { what: 'a symmetric key', key: { kty: 'oct', k: 'c2VjcmV0' } },
    { what: 'a symmetric key without its bytes', key: { kty: 'oct' } },
  ])('that are secret are a fault, and not told: $what', ({ key }) => {
    expect(faultsOf(withKeys(rsa.jwk, key))).toEqual([secret(1)])
    expect(faultsOf(withKeys(key, key))).toEqual([secret(0), secret(1)])
  })

  test.each([
    { what: 'for encryption', key: encrypting },
    { what: 'of another kind than the issuer’s', key: elliptic.jwk },
    { what: 'for another algorithm', key: { ...rsa.jwk, alg: 'RS512' } },
    { what: 'too short', key: ciKey('RS256', 'short', 1024).jwk },
    { what: 'incomplete', key: { kty: 'RSA', e: 'AQAB' } },
    { what: 'of no known kind', key: { kty: 'AKP', pub: 'x' } },
  ])('of which none verifies are a fault: $what', ({ key }) => {
    expect(faultsOf(withKeys(key))).toEqual([
      'vend.issuers.0.jwks.keys: a key that verifies signatures by RS256',
    ])
  })

  test.each(['ES256', 'ES384', 'ES512', 'EdDSA', 'PS256', 'RS512'] as const)('verify %s', (alg) => {
    const issuer = { ...openid, algorithms: [alg] }
    const { alg: _, ...jwk } = ciKey(alg, 'own').jwk
    expect(faultsOf({ issuers: [{ ...issuer, jwks: { keys: [jwk] } }] })).toEqual([])
    const other = ciKey(alg === 'ES256' ? 'ES384' : 'ES256', 'other').jwk
    expect(faultsOf({ issuers: [{ ...issuer, jwks: { keys: [other] } }] })).toEqual([
      `vend.issuers.0.jwks.keys: a key that verifies signatures by ${alg}`,
    ])
  })

  test('are told with all that is wrong with issuers and profiles', () => {
    const broken = { ...buildkite, jwks: { keys: [elliptic.jwk] } }
    expect(
      faultsOf({ issuers: [buildkite, broken], profiles: { x: 1 } }).map((fault) => fault.split(':')[0]),
    ).toEqual(['vend.issuers.1', 'vend.issuers.1.jwks.keys', 'vend.profiles.x'])
  })
})
