/** The key of a cached token: everything that the token's rights depend on. Pure. */
import type { VendConfig } from '../../config/vend-types.ts'
import { sha256 } from '../../protocol/hash.ts'
import { canonicalJson } from '../canonical-json.ts'
import type { AuthorizedRequest } from './types.ts'

/** Another number makes every older entry unreachable: for changes of what an entry holds or means. */
const VERSION = 1

/**
 * SHA-256 of canonical JSON of who asks, with which profile, for which rights, of which GitHub.
 *
 * A pipeline's own repository that Buildkite names is not known yet, and asking first would make every cached
 * token cost a call there. The key says `pipeline` in its place, and is the pipeline's own by its id, whatever
 * its slug is by now; the repository is in the sealed entry, and `cached` confirms it (see there).
 *
 * Nor may an owner's installation be asked of GitHub first. So the key holds the configured one, or that it is
 * looked up; an installation that is replaced within the token's hour ends its tokens itself.
 */
export function cacheKey(
  { caller, profile, rights }: AuthorizedRequest,
  github: VendConfig['github'],
): string {
  const { target, permissions } = rights
  const { installations } = github
  const owner = target.kind === 'known' ? target.owner.toLowerCase() : undefined
  return sha256(
    canonicalJson({
      version: VERSION,
      issuer: caller.issuer,
      organization: caller.organization,
      pipelineId: caller.pipelineId,
      profileKind: profile.kind,
      profileName: profile.name,
      profileDigest: profile.digest,
      github: { apiUrl: github.apiUrl, appId: github.appId, host: github.host },
      owner: owner ?? 'pipeline',
      installation: owner === undefined ? { ...installations } : installationAt(owner, installations),
      repositories: repositoriesOf(target),
      permissions: permissions.toSorted(),
    }),
  )
}

function installationAt(owner: string, installations: Readonly<Record<string, string>>): string {
  return (Object.hasOwn(installations, owner) ? installations[owner] : undefined) ?? 'looked up'
}

function repositoriesOf(target: AuthorizedRequest['rights']['target']) {
  if (target.kind === 'pipeline') return 'pipeline'
  const { repositories } = target
  // GitHub does not tell upper case from lower case in names.
  return repositories.kind === 'all' ? 'all' : repositories.names.map((name) => name.toLowerCase()).toSorted()
}
