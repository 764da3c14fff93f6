/** Claims in the shape that the CI vendors give them, taken from the examples of their documentation. */

export interface TokenTimes {
  readonly iat: number
  readonly nbf: number
  readonly exp: number
}

/** A token that was issued ten seconds before `now` and lives for five minutes. */
export const timesAt = (now: number): TokenTimes => ({ iat: now - 10, nbf: now - 10, exp: now + 290 })

export const audience = 'https://vend.example.com'

/** https://buildkite.com/docs/agent/cli/reference/oidc, with the optional claims that match rules may name. */
export const buildkiteClaims = (times: TokenTimes) => ({
  iss: 'https://agent.buildkite.com',
  sub: 'organization:acme-inc:pipeline:super-duper-app:ref:refs/heads/main:commit:9f3182061f1e2cca4702c368cbc039b7dc9d4485:step:build',
  aud: audience,
  ...times,
  organization_slug: 'acme-inc',
  organization_id: '0184990a-477b-4fa8-9968-496074483000',
  pipeline_slug: 'super-duper-app',
  pipeline_id: '0184990a-4782-42b5-afc1-16715b10b100',
  build_number: 1,
  build_branch: 'main',
  build_tag: 'v1.0.0',
  build_commit: '9f3182061f1e2cca4702c368cbc039b7dc9d4485',
  build_source: 'ui',
  step_key: 'build',
  job_id: '0184990a-477b-4fa8-9968-496074483cee',
  agent_id: '0184990a-4782-42b5-afc1-16715b10b8ff',
  runner_environment: 'self-hosted',
  cluster_id: '0194990a-4782-42b5-afc1-16715b10b8ff',
  cluster_name: 'default',
  queue_id: '0195990a-4782-42b5-afc1-16715b10b8ff',
  queue_key: 'linux',
  'agent_tag:queue': 'linux',
  'agent_tag:arch': 'arm64',
})

/** Both formats of `sub` since 2026-07-15, and one with a colon inside a value. */
export const githubSubjects = [
  'repo:octo-org/octo-repo:ref:refs/heads/main',
  'repo:octo-org@65/octo-repo@74:ref:refs/heads/main',
  'repo:octo-org@65/octo-repo@74:environment:prod%3Aeurope',
] as const

/** https://docs.github.com/actions/reference/security/oidc; every id is a text there. */
export const githubClaims = (times: TokenTimes, sub: string = githubSubjects[0]) => ({
  jti: 'ed9c9ba1-0f0b-4d7a-8a5c-0e3f4a5c8b10',
  sub,
  aud: audience,
  ref: 'refs/heads/main',
  sha: '1f2d3c4b5a69788796a5b4c3d2e1f00112233445',
  repository: 'octo-org/octo-repo',
  repository_owner: 'octo-org',
  actor_id: '12',
  repository_visibility: 'private',
  repository_id: '74',
  repository_owner_id: '65',
  run_id: '30433642',
  run_number: '10',
  run_attempt: '2',
  runner_environment: 'github-hosted',
  actor: 'octocat',
  workflow: 'example-workflow',
  head_ref: '',
  base_ref: '',
  event_name: 'workflow_dispatch',
  ref_type: 'branch',
  ref_protected: 'true',
  environment: 'prod:europe',
  workflow_ref: 'octo-org/octo-repo/.github/workflows/example.yml@refs/heads/main',
  job_workflow_ref: 'octo-org/octo-automation/.github/workflows/oidc.yml@refs/heads/main',
  check_run_id: '42009841011',
  iss: 'https://token.actions.githubusercontent.com',
  ...times,
})

/** https://docs.gitlab.com/ci/secrets/id_token_authentication; the runner's id is a number, the others are texts. */
export const gitlabClaims = (times: TokenTimes) => ({
  namespace_id: '72',
  namespace_path: 'my-group',
  project_id: '20',
  project_path: 'my-group/my-project',
  user_id: '1',
  user_login: 'sample-user',
  user_email: 'sample-user@example.com',
  user_identities: [{ provider: 'github', extern_uid: '2435223452345' }],
  pipeline_id: '574',
  pipeline_source: 'push',
  job_id: '302',
  ref: 'feature-branch-1',
  ref_type: 'branch',
  ref_path: 'refs/heads/feature-branch-1',
  ref_protected: 'false',
  groups_direct: ['mygroup/mysubgroup', 'myothergroup/myothersubgroup'],
  environment: 'test-environment2',
  environment_protected: 'false',
  deployment_tier: 'testing',
  runner_id: 1,
  runner_environment: 'self-hosted',
  sha: '714a629c0b401fdce83e847fc9589983fc6f46bc',
  project_visibility: 'public',
  ci_config_ref_uri: 'gitlab.example.com/my-group/my-project//.gitlab-ci.yml@refs/heads/main',
  jti: '235b3a54-b797-45c7-ae9a-f72d7bc6ef5b',
  iss: 'https://gitlab.example.com',
  ...times,
  sub: 'project_path:my-group/my-project:ref_type:branch:ref:feature-branch-1',
  aud: audience,
})

export const circleOrganization = 'c9035eb6-6eb2-4c85-8a81-d9ee6a1fa8c2'

/**
 * https://circleci.com/docs/guides/permissions-authentication/openid-connect-tokens (`CIRCLE_OIDC_TOKEN_V2`), with
 * `org-id` and the pipeline's ids of 2025; there is no `nbf`, and `aud` comes as a list of one.
 */
export const circleClaims = ({ iat, exp }: TokenTimes) => ({
  aud: [audience],
  exp,
  iat,
  iss: `https://oidc.circleci.com/org/${circleOrganization}`,
  'oidc.circleci.com/context-ids': ['58bef0c1-399d-49ca-a5ba-2f4317e4224d'],
  'oidc.circleci.com/job-id': '1f6c6bb6-7a0c-4b0d-9a5c-5b5a5a6f9f10',
  'oidc.circleci.com/org-id': circleOrganization,
  'oidc.circleci.com/pipeline-definition-id': '961ae4b1-070b-4134-ae64-1328a3ae3862',
  'oidc.circleci.com/pipeline-id': '7d8b1f7e-3f36-4d59-9c53-3b5d8a0f0c11',
  'oidc.circleci.com/project-id': 'ecc458d2-fbdc-4d9a-93c4-ac065ed3c3ca',
  'oidc.circleci.com/ssh-rerun': false,
  'oidc.circleci.com/vcs-origin': 'github.com/octo-org/octo-repo',
  'oidc.circleci.com/vcs-ref': 'refs/heads/main',
  'oidc.circleci.com/workflow-id': '2b6a2b5e-7d3b-4a52-8a3c-0c8f3a4b5d12',
  sub: `org/${circleOrganization}/project/ecc458d2-fbdc-4d9a-93c4-ac065ed3c3ca/user/4b0d9a5c-5b5a-4a6f-9f10-1f6c6bb67a0c/vcs-origin/github.com/octo-org/octo-repo/vcs-ref/refs/heads/main`,
})
