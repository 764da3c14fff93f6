import { describe, expect, test } from 'vitest'
import { explain } from '../../../infra/cli/profiles.ts'
import type { VendIssuer } from '../../../shared/config/vend-types.ts'
import { vendIssuer } from '../../../shared/vending/issuers/presets.ts'

const yaml = `
pipeline:
  profiles:
    - name: release
      match:
        - { claim: pipeline_slug, value: silk-prod }
        - { claim: build_branch, valuePattern: "main|release/.*" }
      permissions: ["contents:write"]
`

describe('profiles explain finds the claims’ issuer in a configuration as the function does', () => {
  const tenant = (name: string, allowedClaims: readonly string[]): VendIssuer =>
    vendIssuer({
      kind: 'openid',
      issuer: 'https://ci.example.com/',
      audience: 'scrip',
      requiredClaims: [],
      claimValues: { tenant: name },
      allowedClaims,
      repositoryClaim: 'repo',
      organizationClaim: 'tenant',
      pipelineClaim: 'pipeline_slug',
      pipelineIdClaim: 'pipeline_slug',
      algorithms: ['RS256'],
    })
  const issuers = [tenant('acme', ['pipeline_slug', 'build_branch']), tenant('contractor', ['pipeline_slug'])]
  const token = {
    iss: 'https://ci.example.com/',
    aud: 'scrip',
    sub: 'job',
    exp: 1,
    pipeline_slug: 'silk-prod',
    build_branch: 'main',
  }
  const explained = async (claims: Record<string, unknown>, profile = 'release') => {
    const report = await explain(yaml, { kind: 'pipeline', profile, claims }, issuers)
    return report.split('\n')
  }

  test('a caller that passes, though its token has expired', async () => {
    expect(await explained({ ...token, tenant: 'acme' })).toEqual([
      'profile: pipeline "release"',
      'repositories: the pipeline’s own',
      'permissions: contents:write',
      'issuer: "https://ci.example.com/"',
      'rule 1: pipeline_slug, value "silk-prod": matched; the claim is "silk-prod"',
      'rule 2: build_branch, pattern "main|release/.*": matched; the claim is "main"',
      'answer: the caller passes',
    ])
  })
  test('one of whose claims another setting of its issuer alone allows', async () => {
    expect((await explained({ ...token, tenant: 'contractor' })).slice(5)).toEqual([
      'rule 2: build_branch, pattern "main|release/.*": claim not allowed; the claim is "main"',
      'answer: 403 Forbidden',
    ])
  })
  test.each([
    { what: 'another tenant', different: { tenant: 'evil' }, reason: 'tenant has another value' },
    { what: 'another audience', different: { aud: 'other' }, reason: 'another audience' },
    { what: 'no subject', different: { sub: undefined }, reason: 'sub is malformed' },
    { what: 'no end', different: { exp: undefined }, reason: 'exp is missing' },
    {
      what: 'an issuer that is not configured',
      different: { iss: 'https://ci.example.com' },
      reason: 'an issuer that is not configured',
    },
  ])('one with $what is nobody, whatever profile it asks for', async ({ different, reason }) => {
    const claims = { ...token, tenant: 'acme', ...different }
    const iss = JSON.stringify(claims.iss)
    for (const profile of ['release', 'nope'])
      expect(await explained(claims, profile)).toEqual([
        `profile: pipeline "${profile}"`,
        `issuer: ${iss}; refused: ${reason}`,
        'answer: 401 invalid_token',
      ])
  })
})
