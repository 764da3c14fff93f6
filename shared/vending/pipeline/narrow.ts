/**
 * Narrowing a profile by the query parameters `repository-scope` and `permissions`. Pure. It never widens: what
 * comes out is covered by the profile, or nothing comes out.
 *
 * 400 is for what can be told from the request and the kind of profile: a malformed value, a scope where there
 * is none to choose, none where one is needed. 403 is for what the profile does not cover. A parameter that
 * cannot be obeyed is never ignored, since the token would then reach further than its caller believes.
 */
import { isRepositoryName, sameName } from '../repository.ts'
import type { Permissions, Profile, RepositoryScope, RepositorySelection } from '../types.ts'

export interface Narrowing {
  /** The bare name of one repository. */
  readonly repositoryScope?: string | undefined
  /** `name:read|write`, divided by commas. */
  readonly permissions?: string | undefined
}

export type Narrowed =
  | {
      readonly kind: 'narrowed'
      readonly repositories: RepositorySelection | { readonly kind: 'pipeline' }
      readonly permissions: Permissions
    }
  | { readonly kind: 'bad request' | 'refused'; readonly reason: string }

/** Each covers those before it. `admin` is no level that a profile can have. */
const LEVELS = ['read', 'write']
const PERMISSION = /^([a-z][a-z_]{0,99}):(read|write)$/
/** GitHub gives it with every token. */
const ALWAYS = 'metadata:read'
const MAX_PERMISSIONS = 100

/** What a profile gives to a request with these parameters; without any, all that it has. */
export function narrow(profile: Profile, { repositoryScope, permissions }: Narrowing): Narrowed {
  const repositories = narrowRepositories(profile.repositories, repositoryScope)
  if ('reason' in repositories) return repositories
  const narrowed = permissions === undefined ? profile.permissions : narrowPermissions(profile, permissions)
  if ('reason' in narrowed) return narrowed
  return { kind: 'narrowed', repositories, permissions: narrowed }
}

type Fault = Extract<Narrowed, { readonly reason: string }>
const badRequest = (reason: string): Fault => ({ kind: 'bad request', reason })
const refused = (reason: string): Fault => ({ kind: 'refused', reason })

function narrowRepositories(
  scope: RepositoryScope,
  name: string | undefined,
): RepositorySelection | { readonly kind: 'pipeline' } | Fault {
  if (name === undefined)
    return scope.kind === 'caller' ? badRequest('the profile needs a repository-scope') : scope
  if (!isRepositoryName(name)) return badRequest('repository-scope is not the bare name of a repository')
  if (scope.kind === 'pipeline') return badRequest('a pipeline profile has no repository-scope to choose')
  const names = scope.kind === 'all' ? undefined : scope.names
  if (!names) return { kind: 'named', names: [name] }
  const listed = names.find((one) => sameName(one, name))
  return listed === undefined
    ? refused('repository-scope is not among the repositories of the profile')
    : { kind: 'named', names: [listed] }
}

function narrowPermissions(profile: Profile, text: string): Permissions | Fault {
  const asked = text.split(',')
  if (asked.length > MAX_PERMISSIONS) return badRequest('there are too many permissions')
  const levels = new Map<string, string>()
  for (const permission of asked) {
    const [, name = '', level = ''] = PERMISSION.exec(permission) ?? []
    if (name === '') return badRequest('permissions are not a list of name:read or name:write')
    // Said twice at different levels, nobody can tell which is meant.
    if ((levels.get(name) ?? level) !== level) return badRequest(`permissions name ${name} at two levels`)
    levels.set(name, level)
  }
  const [first, ...more] = [...levels].map(([name, level]) => `${name}:${level}`).sort()
  if (first === undefined) return badRequest('permissions are empty')
  const excess = [first, ...more].find((one) => !isCovered(one, profile.permissions))
  return excess === undefined
    ? [first, ...more]
    : refused(`the profile does not have the permission ${excess}`)
}

function isCovered(asked: string, granted: readonly string[]): boolean {
  const [name, level = ''] = asked.split(':')
  const covering = LEVELS.slice(LEVELS.indexOf(level))
  return asked === ALWAYS || covering.some((higher) => granted.includes(`${name}:${higher}`))
}
