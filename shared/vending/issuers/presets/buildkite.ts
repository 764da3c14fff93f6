/** Buildkite: https://buildkite.com/docs/agent/cli/reference/oidc */
import type { VendIssuer } from '../../../config/vend-types.ts'
import type { SettingOf } from './common.ts'

export type BuildkiteSetting = SettingOf<'buildkite'>

const buildkiteIssuer = 'https://agent.buildkite.com'

/** Jobs of one Buildkite organization; their repository is asked of Buildkite's API. */
export function buildkite({
  organization,
  issuer = buildkiteIssuer,
  ...common
}: BuildkiteSetting): VendIssuer {
  return {
    issuer,
    ...common,
    requiredClaims: [
      'sub',
      'nbf',
      'exp',
      'organization_slug',
      'pipeline_slug',
      'pipeline_id',
      'build_branch',
      'build_commit',
      'job_id',
      'agent_id',
    ],
    claimValues: { organization_slug: organization },
    allowedClaims: [
      'iss',
      'organization_slug',
      'pipeline_slug',
      'pipeline_id',
      'build_number',
      'build_branch',
      'build_tag',
      'build_commit',
      'cluster_id',
      'cluster_name',
      'queue_id',
      'queue_key',
      'agent_tag:',
    ],
    repository: { from: 'buildkite' },
    identity: {
      organization: 'organization_slug',
      pipeline: 'pipeline_slug',
      pipelineId: 'pipeline_id',
      job: 'job_id',
      build: 'build_number',
      branch: 'build_branch',
    },
    algorithms: ['RS256'],
    // Known, which saves a cold start the discovery.
    ...(issuer === buildkiteIssuer ? { jwksUri: `${buildkiteIssuer}/.well-known/jwks` } : {}),
  }
}
