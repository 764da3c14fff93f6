/**
 * A CI job's token, as the vendor would hand it to the job: `npm run ci-token -- --claim NAME=VALUE …`
 *
 * It is signed by the key that the local stack has pinned for its first issuer, so that stack takes it.
 */
import { createSign, randomUUID } from 'node:crypto'
import type { IssuerSetting } from '../../../shared/config/vend-types.ts'
import { pipelineId } from '../stand-ins/buildkite.ts'
import { CI_KEY_ID } from './keys.ts'

export type Claims = Readonly<Record<string, unknown>>

const LIFETIME_SECONDS = 300

/**
 * @param claims in place of a job's own, or beside them; `undefined` takes one away. A Buildkite pipeline that is
 *   named by its slug has its own id, unless told
 * @param issuerKey PEM of the private key
 * @param now epoch seconds
 * @returns a compact JWS
 */
export function ciToken(setting: IssuerSetting, claims: Claims, issuerKey: string, now: number): string {
  const times = { iat: now, nbf: now - 1, exp: now + LIFETIME_SECONDS }
  const payload = { ...jobClaims(setting, claims), aud: setting.audience, ...times, ...claims }
  const signed = [{ alg: 'RS256', typ: 'JWT', kid: CI_KEY_ID }, payload].map(encode).join('.')
  const signature = createSign('RSA-SHA256').update(signed).sign(issuerKey, 'base64url')
  return `${signed}.${signature}`
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}

/** What a job of each vendor would say of itself, as far as rules and rights ask for it. */
function jobClaims(setting: IssuerSetting, { pipeline_slug: slug = 'silk' }: Claims): Claims {
  const commit = '9f3182061f1e2cca4702c368cbc039b7dc9d4485'
  switch (setting.kind) {
    case 'buildkite':
      return {
        iss: setting.issuer ?? 'https://agent.buildkite.com',
        sub: `organization:${setting.organization}:pipeline:${slug}:ref:refs/heads/main:commit:${commit}:step:build`,
        organization_slug: setting.organization,
        organization_id: '0184990a-477b-4fa8-9968-496074483c19',
        pipeline_slug: slug,
        pipeline_id: pipelineId(setting.organization, String(slug)),
        build_number: 1,
        build_branch: 'main',
        build_tag: '',
        build_commit: commit,
        build_source: 'ui',
        step_key: 'build',
        job_id: randomUUID(),
        agent_id: '0184990a-4782-42b5-afc1-16715b10b1d0',
        cluster_id: '1cebdf6f-97ea-49a5-bd9a-ecb8a1bdf2e8',
        queue_key: 'default',
        runner_environment: 'self-hosted',
      }
    case 'github_actions':
      return {
        iss: setting.issuer ?? 'https://token.actions.githubusercontent.com',
        sub: 'repo:acme/silk:ref:refs/heads/main',
        repository: 'acme/silk',
        repository_id: '74',
        repository_owner: 'acme',
        repository_owner_id: setting.ownerId,
        ref: 'refs/heads/main',
        ref_type: 'branch',
        sha: commit,
        event_name: 'push',
        job_workflow_ref: 'acme/silk/.github/workflows/build.yml@refs/heads/main',
        runner_environment: 'github-hosted',
        run_id: '30433642',
      }
    case 'gitlab':
      return {
        iss: setting.issuer,
        sub: 'project_path:acme/silk:ref_type:branch:ref:main',
        project_id: '20',
        project_path: 'acme/silk',
        namespace_id: setting.namespaceId,
        namespace_path: 'acme',
        pipeline_id: '574',
        job_id: '302',
        ref: 'main',
        ref_type: 'branch',
        ref_protected: 'true',
        sha: commit,
      }
    case 'circleci': {
      const named = (claims: Claims) =>
        Object.fromEntries(
          Object.entries(claims).map(([name, value]) => [`oidc.circleci.com/${name}`, value]),
        )
      const project = 'ecc458d2-fbdc-4d9a-93c4-ac065ed3c3ca'
      return {
        iss: `https://oidc.circleci.com/org/${setting.organizationId}`,
        sub: `org/${setting.organizationId}/project/${project}/user/4b0d9a5c-5b5a-4a6f-9f10-1f6c6bb67a0c`,
        ...named({
          'org-id': setting.organizationId,
          'project-id': project,
          'vcs-origin': 'github.com/acme/silk',
          'vcs-ref': 'refs/heads/main',
          'ssh-rerun': false,
          'context-ids': [],
        }),
      }
    }
    case 'openid':
      return {
        iss: setting.issuer,
        sub: 'job',
        ...setting.claimValues,
        [setting.repositoryClaim]: 'acme/silk',
        [setting.organizationClaim]: 'acme',
        [setting.pipelineClaim]: 'silk',
        [setting.pipelineIdClaim]: '20',
      }
  }
}
