/**
 * What a deployment that vends GitHub tokens talks to: GitHub, Buildkite and a CI vendor, played on loopback.
 *
 * The CI vendor's keys are pinned into the configuration, in place of what would be fetched. `GITHUB_API_URL` and
 * `BUILDKITE_API_URL` put others in place of the stand-ins.
 */
import type { IssuerSetting, VendSettings } from '../../../shared/config/vend-types.ts'
import { type SecretStore, versionWithLabel } from '../secrets/store.ts'
import { current } from '../secrets/types.ts'
import { type BuildkiteStandIn, startBuildkite } from '../stand-ins/buildkite.ts'
import { type GitHubStandIn, startGitHub } from '../stand-ins/github.ts'
import { same } from '../stand-ins/github-answers.ts'
import type { Installation } from '../stand-ins/github-app.ts'
import type { Outputs } from '../template/create.ts'
import { type CiKeys, ciJwks, ciKeys, publicPem } from './keys.ts'

export interface CiServers {
  readonly githubApiUrl?: string
  readonly buildkiteApiUrl?: string
}

/** What the synthesis puts into the configuration. */
export interface CiContext {
  readonly githubApiUrl: string
  readonly buildkiteApiUrl: string
  readonly jwks: object
}

/** What makes a CI job's token that the stack takes. */
export interface CiVendor {
  readonly issuers: readonly IssuerSetting[]
  /** PEM of the key that signs. */
  readonly issuerKey: string
}

/** The servers that are played: each unless another is put in its place. */
export interface StandIns {
  readonly github?: GitHubStandIn
  readonly buildkite?: BuildkiteStandIn
}

export interface LocalCi {
  readonly context: CiContext
  readonly vendor: CiVendor
  readonly standIns: StandIns
  /** Puts the App's key and Buildkite's token where the operator would, unless something is there. */
  fillSecrets(outputs: Outputs, secrets: SecretStore): void
  close(): Promise<void>
}

/** Repositories of the organization, and the pipelines that have them. */
const repositories = ['silk', 'cotton', 'linen']
const pipelines = { silk: 'silk', 'silk-prod': 'silk', cotton: 'cotton', linen: 'linen' }
const profileFile = 'pipeline: { defaults: { permissions: ["contents:read"] } }\n'

/** @param keysFile where the keys rest */
export async function startCi(vend: VendSettings, keysFile: string, given: CiServers): Promise<LocalCi> {
  const keys = ciKeys(keysFile)
  const { organization: owner, appId } = vend.github
  const github =
    given.githubApiUrl === undefined
      ? await startGitHub({ appId, publicKey: publicPem(keys.appKey), installations: installations(vend) })
      : undefined
  const slugs = vend.issuers.flatMap((issuer) => (issuer.kind === 'buildkite' ? [issuer.organization] : []))
  const buildkite =
    given.buildkiteApiUrl === undefined
      ? await startBuildkite(keys.buildkiteToken, repositoriesOf(slugs, owner))
      : undefined
  return {
    context: {
      githubApiUrl: given.githubApiUrl ?? github?.url ?? '',
      buildkiteApiUrl: given.buildkiteApiUrl ?? buildkite?.url ?? '',
      jwks: ciJwks(keys),
    },
    vendor: { issuers: vend.issuers, issuerKey: keys.issuerKey },
    standIns: { ...(github && { github }), ...(buildkite && { buildkite }) },
    fillSecrets: (outputs, secrets) => fill(outputs, secrets, keys),
    async close() {
      await Promise.all([github?.close(), buildkite?.close()])
    },
  }
}

/** The organization's, with the profile file where that is on GitHub, or another one that has it. */
function installations({ github: { organization }, profiles }: VendSettings): readonly Installation[] {
  const permissions = {
    contents: 'write',
    packages: 'write',
    pull_requests: 'write',
    issues: 'write',
    metadata: 'read',
  }
  const own = { id: 1001, owner: organization, kind: 'Organization', repositories, permissions } as const
  if (typeof profiles !== 'string') return [own]
  const [owner = '', repo = '', path = ''] = profiles.split(':')
  const files = { [`${repo}/${path}`]: profileFile }
  return same(owner, organization)
    ? [{ ...own, repositories: [...repositories, repo], files }]
    : [own, { ...own, id: 1002, owner, repositories: [repo], files }]
}

function repositoriesOf(organizations: readonly string[], owner: string): Record<string, string> {
  return Object.fromEntries(
    organizations.flatMap((organization) =>
      Object.entries(pipelines).map(([slug, name]) => [
        `${organization}/${slug}`,
        `git@github.com:${owner}/${name}.git`,
      ]),
    ),
  )
}

function fill(outputs: Outputs, secrets: SecretStore, { appKey, buildkiteToken }: CiKeys): void {
  // With the line end that a file has, which an operator would put there by `--secret-string file://`.
  const values = { GithubAppKeySecret: appKey, BuildkiteTokenSecret: `${buildkiteToken}\n` }
  for (const [output, secretString] of Object.entries(values)) {
    const secret = secrets.find(outputs[output] ?? '')
    if (secret && !versionWithLabel(secret, current))
      secrets.put(secret, crypto.randomUUID(), { secretString }, undefined)
  }
}
