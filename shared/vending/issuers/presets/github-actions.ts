/**
 * GitHub Actions: https://docs.github.com/actions/reference/security/oidc
 *
 * Ids are taken before names, which can change hands. `sub` is not read: it has two formats (since 2026-07-15 with
 * ids, `repo:ORG@ID/REPO@ID:…`, and `:` inside a value as `%3A`), and repositories may change it.
 */
import type { VendIssuer } from '../../../config/vend-types.ts'
import type { SettingOf } from './common.ts'

export type GitHubActionsSetting = SettingOf<'github_actions'>

const githubIssuer = 'https://token.actions.githubusercontent.com'

/** Workflows of one owner's repositories. */
export function githubActions({
  ownerId,
  issuer = githubIssuer,
  ...common
}: GitHubActionsSetting): VendIssuer {
  return {
    issuer,
    ...common,
    requiredClaims: ['sub', 'exp', 'repository', 'repository_id', 'repository_owner', 'repository_owner_id'],
    claimValues: { repository_owner_id: ownerId },
    allowedClaims: [
      'iss',
      'repository',
      'repository_id',
      'repository_owner',
      'repository_owner_id',
      'repository_visibility',
      'ref',
      'ref_type',
      'ref_protected',
      'base_ref',
      'head_ref',
      'sha',
      'environment',
      'event_name',
      'workflow_ref',
      'job_workflow_ref',
      'runner_environment',
      'actor_id',
    ],
    repository: { from: 'claim', claim: 'repository', of: 'any owner' },
    identity: {
      organization: 'repository_owner',
      pipeline: 'repository',
      pipelineId: 'repository_id',
      job: 'check_run_id',
      build: 'run_id',
      branch: 'ref',
    },
    algorithms: ['RS256'],
    ...(issuer === githubIssuer ? { jwksUri: `${githubIssuer}/.well-known/jwks` } : {}),
  }
}
