import { describe, expect, test } from 'vitest'
import { checkConfig } from '../../../shared/config/parse.ts'

const openid = {
  kind: 'openid',
  issuer: 'https://ci.example.com',
  audience: 'scrip',
  allowedClaims: ['team', 'tag:'],
  repositoryClaim: 'repo',
  organizationClaim: 'tenant',
  pipelineClaim: 'pipe',
  pipelineIdClaim: 'pipe_id',
}

function issuerOf(setting: object) {
  const { vend } = checkConfig(
    {
      vend: { issuers: [setting], github: { organization: 'acme', appId: '1' }, profiles: {} },
      rateLimits: { defaultTier: 'one', tiers: { one: { requestsPerMinute: 1 } } },
    },
    'scrip.yaml',
  )
  return vend?.issuers[0]
}

describe('an OpenID issuer', () => {
  test('has defaults for all but the names of its claims', () => {
    expect(issuerOf(openid)).toEqual({
      ...openid,
      requiredClaims: [],
      claimValues: {},
      algorithms: ['RS256'],
    })
  })

  test('may name all its claims', () => {
    const named = {
      ...openid,
      jobClaim: 'job',
      buildClaim: 'run',
      branchClaim: 'ref',
      requiredClaims: ['team'],
      claimValues: { tenant: 'acme' },
      algorithms: ['ES256'],
    }
    expect(issuerOf(named)).toEqual(named)
  })
})
