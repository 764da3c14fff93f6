/** A pipeline's own repository on GitHub, where a claim of its token names it. */
import type { VendConfig, VendIssuer } from '../../config/vend-types.ts'
import { parseFullName, sameName } from '../repository.ts'
import type { CiCaller } from '../types.ts'

export type ClaimedRepository =
  | { readonly kind: 'repository'; readonly owner: string; readonly name: string }
  /** No claim names it: Buildkite's API does. */
  | { readonly kind: 'at-buildkite' }
  /** The reason is for the log. */
  | { readonly kind: 'refused'; readonly reason: string }

/**
 * The repository that a caller's token names.
 *
 * The claim's value is `owner/repo`, or `HOST/owner/repo` with GitHub's own host (CircleCI's `vcs-origin`). Where the
 * CI serves another forge (GitLab's `project_path`), it means the repository *of the same path on GitHub*, its mirror;
 * a path with subgroups is none, and only organization profiles are for such a pipeline. Whoever may create projects
 * there, or rename their namespace, would name anybody's repository: it has to be one of the configured organization.
 *
 * @param github the configured host of repositories, and the organization
 */
export function repositoryOf(
  caller: CiCaller,
  { repository }: VendIssuer,
  { host, organization }: Pick<VendConfig['github'], 'host' | 'organization'>,
): ClaimedRepository {
  if (repository.from === 'buildkite') return { kind: 'at-buildkite' }
  const { claim } = repository
  const value = caller.claims[claim]
  if (typeof value !== 'string') return { kind: 'refused', reason: `${claim} is missing or no text` }
  const path = value.startsWith(`${host}/`) ? value.slice(host.length + 1) : value
  const named = parseFullName(path)
  if (!named) return { kind: 'refused', reason: `${claim} names no repository on ${host}` }
  if (repository.of === 'the organization' && !sameName(named.owner, organization))
    return { kind: 'refused', reason: `${claim} names no repository of ${organization}` }
  return { kind: 'repository', ...named }
}
