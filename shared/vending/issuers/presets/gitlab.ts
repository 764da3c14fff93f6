/** GitLab, of whatever instance: https://docs.gitlab.com/ci/secrets/id_token_authentication */
import type { VendIssuer } from '../../../config/vend-types.ts'
import type { SettingOf } from './common.ts'

export type GitLabSetting = SettingOf<'gitlab'>

/**
 * Projects of one GitLab namespace. For merge requests from forks GitLab's project and namespace are the fork's, so
 * that a stranger's fork is refused. The namespace is known by its id: its owner may give it any path that is free.
 * `ref_protected` is the text "true" or "false".
 */
export function gitlab({ namespaceId, ...common }: GitLabSetting): VendIssuer {
  return {
    ...common,
    requiredClaims: [
      'sub',
      'exp',
      'namespace_id',
      'namespace_path',
      'project_id',
      'project_path',
      'ref',
      'ref_type',
      'ref_protected',
    ],
    claimValues: { namespace_id: namespaceId },
    allowedClaims: [
      'iss',
      'project_path',
      'project_id',
      'namespace_id',
      'namespace_path',
      'ref',
      'ref_path',
      'ref_type',
      'ref_protected',
      'environment',
      'environment_protected',
      'deployment_tier',
      'pipeline_source',
      'ci_config_ref_uri',
      'runner_environment',
      'job_project_id',
      'job_namespace_id',
    ],
    repository: { from: 'claim', claim: 'project_path', of: 'the organization' },
    identity: {
      organization: 'namespace_path',
      pipeline: 'project_path',
      pipelineId: 'project_id',
      job: 'job_id',
      build: 'pipeline_id',
      branch: 'ref',
    },
    algorithms: ['RS256'],
  }
}
