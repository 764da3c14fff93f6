/** The rights that a request comes down to: its profile, narrowed, and what git asks for. Pure. */
import { isSameRepository, type Repository, sameName } from '../repository.ts'
import type { RepositorySelection } from '../types.ts'
import { narrow } from './narrow.ts'
import type { Rights, VendRequest } from './types.ts'

export type RightsOutcome =
  | { readonly kind: 'rights'; readonly rights: Rights; readonly wanted: Repository | undefined }
  | { readonly kind: 'bad request' | 'refused' | 'unmatched'; readonly reason: string }

const elsewhere = {
  kind: 'unmatched',
  reason: 'git asks for a repository that the profile does not cover',
} as const

/** @param organization owner of the repositories that organization profiles name */
export function rightsOf(request: VendRequest, organization: string): RightsOutcome {
  const { profile, wanted, permissions } = request
  if (wanted === 'elsewhere') return elsewhere
  // The repository that git names is the caller's choice where the profile leaves it to the caller.
  const repositoryScope =
    request.repositoryScope ?? (profile.repositories.kind === 'caller' ? wanted?.name : undefined)
  const narrowed = narrow(profile, { repositoryScope, permissions })
  if (narrowed.kind !== 'narrowed')
    // Git asks the next helper for what this one does not cover; an answer of 403 would end its search.
    return narrowed.kind === 'refused' && request.repositoryScope === undefined && permissions === undefined
      ? elsewhere
      : narrowed
  const rights = { permissions: narrowed.permissions }
  if (narrowed.repositories.kind !== 'pipeline') {
    const { repositories } = narrowed
    if (wanted && !covers(organization, repositories, wanted)) return elsewhere
    const target = { kind: 'known', owner: organization, repositories } as const
    return { kind: 'rights', rights: { ...rights, target }, wanted }
  }
  const own = request.repository
  if (own.kind === 'refused') return own
  if (own.kind === 'at-buildkite')
    return { kind: 'rights', rights: { ...rights, target: { kind: 'pipeline' } }, wanted }
  if (wanted && !isSameRepository(own, wanted)) return elsewhere
  const repositories = { kind: 'named', names: [own.name] } as const
  const target = { kind: 'known', owner: own.owner, repositories } as const
  return { kind: 'rights', rights: { ...rights, target }, wanted }
}

function covers(organization: string, repositories: RepositorySelection, wanted: Repository): boolean {
  if (!sameName(wanted.owner, organization)) return false
  return repositories.kind === 'all' || repositories.names.some((name) => sameName(name, wanted.name))
}
