import { describe, expect, test } from 'vitest'
import { FaultyFile } from '../../../shared/config/faults.ts'
import { checkConfig } from '../../../shared/config/parse.ts'

const openid = {
  kind: 'openid',
  issuer: 'https://ci.example.com',
  audience: 'scrip',
  allowedClaims: ['branch'],
  repositoryClaim: 'repo',
  organizationClaim: 'org',
  pipelineClaim: 'pipe',
  pipelineIdClaim: 'pipe_id',
}
const vend = {
  issuers: [openid],
  profiles: {},
  github: { organization: 'acme', appId: '1' },
}
const rateLimits = { defaultTier: 'one', tiers: { one: { requestsPerMinute: 1 } } }

/** The faults of a configuration that only vends, as `path: expectation`. */
function faultsOf(different: object, more: object = {}): string[] {
  try {
    checkConfig({ rateLimits, vend: { ...vend, ...different }, ...more }, 'scrip.yaml')
    return []
  } catch (error) {
    if (!(error instanceof FaultyFile)) throw error
    return error.faults.map(({ path, expected }) => `${path}: ${expected}`)
  }
}

describe('the issuer of CI tokens, as it is in their iss', () => {
  const withIssuer = (issuer: string) => ({ issuers: [{ ...openid, issuer }] })
  test.each([
    'https://acme.eu.auth0.com/',
    'https://ci.example.com',
    'https://ci.example.com/tenant',
    'https://ci.example.com/tenant/',
    'http://127.0.0.1:3000',
  ])('%s', (issuer) => {
    expect(faultsOf(withIssuer(issuer))).toEqual([])
  })
  test.each([
    'http://ci.example.com',
    'https://CI.example.com/',
    'https://ci.example.com:443/',
    'https://ci.example.com/a/../b',
    'https://ci.example.com/?a=1',
    'https://ci.example.com/#a',
    'https://me@ci.example.com/',
    'https:ci.example.com',
    'ci.example.com',
    '',
  ])('%j is refused, and no scope is asked of a deployment that only vends', (issuer) => {
    expect(faultsOf(withIssuer(issuer))).toEqual([
      `vend.issuers.0.issuer: an https URL in its normal form, without user, query or fragment, but got ${JSON.stringify(issuer)}`,
    ])
  })
})

test('who has an API behind it is asked for scopes and grants, whatever else is wrong', () => {
  expect(faultsOf({ issuers: [] }, { api: { upstreams: {}, routes: [] } })).toEqual(
    expect.arrayContaining([
      'vend.issuers: at least one issuer, but got 0',
      'scopes: at least one scope',
      'grants: at least one grant that gives tokens to begin with',
    ]),
  )
})

describe('a profile file on GitHub', () => {
  test.each(['acme:ci:profiles.yaml', 'acme:.github:vending/.profiles/a..b.yml'])('%s', (profiles) => {
    expect(faultsOf({ profiles })).toEqual([])
  })
  test.each([
    'acme:..:profiles.yaml',
    'acme:.:profiles.yaml',
    'acme:..:../x.yaml',
    'acme:ci:/x.yaml',
    'acme:ci:../x.yaml',
    'acme:ci:a/../x.yaml',
    'acme:ci:./x.yaml',
    'acme:ci:a//x.yaml',
    'acme:ci:x.json',
    'acme:ci',
    'acme/ci:x.yaml',
  ])('%s is refused', (profiles) => {
    expect(faultsOf({ profiles })).toEqual([
      expect.stringMatching(/^vend\.profiles: .*(YAML file|root of the repository)/),
    ])
  })
})
