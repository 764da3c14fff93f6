/** What the GitHub stand-in says: the rights that it grants, and bodies as GitHub writes them. */
import { isObject, type JsonObject, parseJson } from '../json.ts'
import type { Granted, Installation } from './github-app.ts'

const MAX_REPOSITORIES = 500
const LEVELS = ['read', 'write', 'admin']

/** @returns what GitHub would say against it, in its words */
export function grant(
  asked: JsonObject,
  { repositories: own, permissions: given }: Installation,
): Pick<Granted, 'repositories' | 'permissions'> | string {
  const { repositories = [], permissions = given } = asked
  if (!Array.isArray(repositories)) return 'Invalid request: repositories is no array'
  if (repositories.length > MAX_REPOSITORIES) return 'Too many repositories'
  const names = repositories.map((name) => own.find((known) => same(known, String(name))))
  if (!names.every((name) => name !== undefined))
    return 'There is at least one repository that does not exist or is not accessible to the parent installation.'
  if (!isObject(permissions)) return 'Invalid request: permissions is no object'
  const levels = Object.entries(permissions).map(([name, level]) => [name, String(level)] as const)
  const excess = levels.some(([name, level]) => {
    const limit = Object.hasOwn(given, name) ? LEVELS.indexOf(given[name] ?? '') : -1
    return (
      !LEVELS.includes(level) || (LEVELS.indexOf(level) > limit && !(name === 'metadata' && level === 'read'))
    )
  })
  if (excess) return 'The permissions requested are not granted to this installation.'
  return { repositories: names.length === 0 ? 'all' : names, permissions: Object.fromEntries(levels) }
}

export function installationBody({ id, owner, kind, suspended, permissions }: Installation, appId: string) {
  return {
    id,
    app_id: Number(appId) || appId,
    account: { login: owner, type: kind },
    target_type: kind,
    repository_selection: 'selected',
    permissions,
    suspended_at: suspended ? '2026-01-01T00:00:00Z' : null,
  }
}

export function repositoryBody({ owner, id }: Installation, name: string) {
  return {
    id: id * 1000 + name.length,
    name,
    full_name: `${owner}/${name}`,
    private: true,
    owner: { login: owner },
  }
}

/** What a token may do in a repository, in the words of people's roles (`GET /installation/repositories`). */
export function rolesOf({ contents }: Granted['permissions']) {
  const push = contents === 'write'
  return { admin: false, maintain: false, push, triage: false, pull: push || contents === 'read' }
}

/** An empty body asks for nothing in particular; of what is no JSON object, what GitHub would say against it. */
export function parse(body: string): JsonObject | string {
  const asked = body === '' ? {} : parseJson(body)
  if (asked === undefined) return 'Problems parsing JSON'
  return isObject(asked) ? asked : 'Body should be a JSON object'
}

/** GitHub does not tell upper case from lower case in names. */
export function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}
