/** Any issuer of OpenID Connect ID tokens, by the names that its claims have. */
import type { VendIssuer } from '../../../config/vend-types.ts'
import type { SettingOf } from './common.ts'

export type OpenIdSetting = SettingOf<'openid'>

/** Any OpenID issuer; `claimValues` is where one that is shared is bound to its customer. */
export function openid(setting: OpenIdSetting): VendIssuer {
  const { repositoryClaim, organizationClaim, pipelineClaim, pipelineIdClaim, ...others } = setting
  const { jobClaim, buildClaim, branchClaim, ...own } = others
  return {
    ...own,
    requiredClaims: ['sub', 'exp', ...own.requiredClaims],
    allowedClaims: ['iss', ...own.allowedClaims],
    // Nobody can tell who chooses its value.
    repository: { from: 'claim', claim: repositoryClaim, of: 'the organization' },
    identity: {
      organization: organizationClaim,
      pipeline: pipelineClaim,
      pipelineId: pipelineIdClaim,
      ...(jobClaim !== undefined && { job: jobClaim }),
      ...(buildClaim !== undefined && { build: buildClaim }),
      ...(branchClaim !== undefined && { branch: branchClaim }),
    },
  }
}
