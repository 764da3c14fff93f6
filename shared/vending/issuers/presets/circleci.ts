/** CircleCI: https://circleci.com/docs/guides/permissions-authentication/openid-connect-tokens */
import type { VendIssuer } from '../../../config/vend-types.ts'
import type { SettingOf } from './common.ts'

export type CircleCiSetting = SettingOf<'circleci'>

/** Projects of one CircleCI organization. */
export function circleci({ organizationId, ...common }: CircleCiSetting): VendIssuer {
  const claim = (name: string) => `oidc.circleci.com/${name}`
  return {
    issuer: `https://oidc.circleci.com/org/${organizationId}`,
    ...common,
    requiredClaims: ['sub', 'exp', claim('project-id')],
    claimValues: { [claim('org-id')]: organizationId },
    allowedClaims: [
      'iss',
      ...['project-id', 'context-ids', 'pipeline-definition-id', 'ssh-rerun', 'vcs-origin', 'vcs-ref'].map(
        claim,
      ),
    ],
    repository: { from: 'claim', claim: claim('vcs-origin'), of: 'any owner' },
    identity: {
      organization: claim('org-id'),
      // Of its projects CircleCI tells ids alone.
      pipeline: claim('project-id'),
      pipelineId: claim('project-id'),
      job: claim('job-id'),
      build: claim('pipeline-id'),
      branch: claim('vcs-ref'),
    },
    algorithms: ['RS256'],
  }
}
