/** The claims of each CI vendor, told here once more, so that one that is lost or added is seen. */
import { describe, expect, test } from 'vitest'
import type { IssuerSetting } from '../../../shared/config/vend-types.ts'
import { vendIssuer } from '../../../shared/vending/issuers/presets.ts'
import { isAllowedClaim } from '../../../shared/vending/match/allowed-claims.ts'
import { circleOrganization } from '../../support/ci-claims.ts'

const names = (text: string) => text.trim().split(/\s+/)
const circle = (text: string) => names(text).map((name) => `oidc.circleci.com/${name}`)

interface Vendor {
  readonly setting: IssuerSetting
  /** Claims without which a token is refused. */
  readonly required: readonly string[]
  /** Claims that match rules may name. */
  readonly allowed: readonly string[]
  /** Claims that its tokens have, and that rules may not name. */
  readonly others: readonly string[]
}

const vendors: readonly Vendor[] = [
  {
    setting: { kind: 'buildkite', organization: 'acme-inc', audience: 'scrip' },
    required: names(`sub nbf exp organization_slug pipeline_slug pipeline_id build_branch build_commit
      job_id agent_id`),
    allowed: names(`iss organization_slug pipeline_slug pipeline_id build_number build_branch build_tag
      build_commit cluster_id cluster_name queue_id queue_key agent_tag:`),
    others: names('sub aud build_source step_key job_id agent_id runner_environment agent_tag:'),
  },
  {
    setting: { kind: 'github_actions', ownerId: '65', audience: 'scrip' },
    required: names('sub exp repository repository_id repository_owner repository_owner_id'),
    allowed: names(`iss repository repository_id repository_owner repository_owner_id
      repository_visibility ref ref_type ref_protected base_ref head_ref sha environment event_name
      workflow_ref job_workflow_ref runner_environment actor_id`),
    others: names('sub aud actor workflow run_id run_number run_attempt check_run_id'),
  },
  {
    setting: { kind: 'gitlab', issuer: 'https://gitlab.com', namespaceId: '72', audience: 'scrip' },
    required: names(`sub exp namespace_id namespace_path project_id project_path ref ref_type
      ref_protected`),
    allowed: names(`iss project_path project_id namespace_id namespace_path ref ref_path ref_type
      ref_protected environment environment_protected deployment_tier pipeline_source ci_config_ref_uri
      runner_environment job_project_id job_namespace_id`),
    others: names('sub aud user_id user_login user_email groups_direct runner_id sha job_id pipeline_id'),
  },
  {
    setting: { kind: 'circleci', organizationId: circleOrganization, audience: 'scrip' },
    required: ['sub', 'exp', ...circle('project-id')],
    allowed: ['iss', ...circle('project-id context-ids pipeline-definition-id ssh-rerun vcs-origin vcs-ref')],
    others: ['sub', 'aud', ...circle('job-id org-id workflow-id pipeline-id')],
  },
]

test.each([
  { kind: 'github_actions', of: 'any owner', why: 'GitHub’s own word' },
  { kind: 'circleci', of: 'any owner', why: 'where CircleCI found the code' },
  { kind: 'gitlab', of: 'the organization', why: 'a path that GitLab’s users choose' },
])('the repository in the claims of $kind may be of $of: it is $why', ({ kind, of }) => {
  const setting = vendors.find((vendor) => vendor.setting.kind === kind)?.setting
  if (!setting) throw new Error(`${kind} is a vendor`)
  expect(vendIssuer(setting).repository).toMatchObject({ from: 'claim', of })
})

describe.each(vendors)('$setting.kind', ({ setting, required, allowed, others }) => {
  const issuer = vendIssuer(setting)
  test('requires these claims', () => {
    expect([...issuer.requiredClaims].sort()).toEqual([...required].sort())
  })
  test('lets rules name these claims, and no others', () => {
    expect([...issuer.allowedClaims].sort()).toEqual([...allowed].sort())
  })
  test.each(others)('lets no rule name %s', (claim) => {
    expect(isAllowedClaim(claim, issuer.allowedClaims)).toBe(false)
  })
})

test('rules may name any tag of a Buildkite agent', () => {
  const { allowedClaims } = vendIssuer({ kind: 'buildkite', organization: 'acme', audience: 'scrip' })
  expect(isAllowedClaim('agent_tag:queue', allowedClaims)).toBe(true)
})
