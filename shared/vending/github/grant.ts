/** What GitHub answers to a request for a token, held against what was asked for. Pure. */
import { isObject } from '../json.ts'
import { fullName, isSameRepository, parseFullName, type Repository } from '../repository.ts'
import type { GitHubToken, MintRequest } from '../types.ts'

/** `token` of a bad grant is what has to be ended. */
export type Grant =
  | { readonly kind: 'as asked'; readonly token: GitHubToken }
  | { readonly kind: 'other'; readonly reason: string; readonly token: string | undefined }

/** About 520 characters today, 40 before: never parsed, but it has to fit into a header and a line of git's. */
const TOKEN = /^[\x21-\x7e]{1,4096}$/
const UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/
/** GitHub adds it to whatever is granted. */
const ALWAYS = 'metadata:read'

/**
 * Reads the answer. A token counts only when it is what was asked for, no more and no less: with more, a
 * profile's limits would be a promise that nobody keeps; with less, the job would fail where nobody looks.
 * GitHub's schema lets all but token and expiry be left out; what is left out is as it was asked for.
 *
 * @param now epoch seconds
 */
export function readGrant(answer: Readonly<Record<string, unknown>>, asked: MintRequest, now: number): Grant {
  const { token, expires_at: expiry } = answer
  if (typeof token !== 'string' || !TOKEN.test(token)) return bad('the answer has no token', undefined)
  const expiresAt = isTime(expiry) ? Math.floor(Date.parse(expiry) / 1000) : Number.NaN
  if (!(expiresAt > now)) return bad('the token has no expiry to come', token)
  const permissions = grantedPermissions(answer.permissions, asked.permissions)
  const differing = [...new Set([...asked.permissions, ALWAYS]).symmetricDifference(new Set(permissions))]
  if (differing.length > 0)
    return bad(`asked and granted permissions differ in ${differing.join(' ')}`, token)
  const repositories = grantedRepositories(answer, asked)
  if (typeof repositories === 'string') return bad(repositories, token)
  return { kind: 'as asked', token: { token, expiresAt, repositories, permissions } }
}

function bad(reason: string, token: string | undefined): Grant {
  return { kind: 'other', reason, token }
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && UTC.test(value)
}

/** `name:level`, sorted, with `metadata:read`. */
function grantedPermissions(granted: unknown, asked: readonly string[]): string[] {
  const told = isObject(granted)
    ? Object.entries(granted).map(([name, level]) => `${name}:${level}`)
    : undefined
  return [...new Set([...(told ?? asked), ALWAYS])].sort()
}

/** @returns the full names that the token covers, none where it covers all; or what is wrong with them */
function grantedRepositories(
  { repositories: listed, repository_selection: selection }: Readonly<Record<string, unknown>>,
  { owner, repositories: asked }: MintRequest,
): string[] | string {
  if (asked.kind === 'all') return []
  // What GitHub says of a list that it did not see, or took for none.
  if (selection === 'all') return 'the token covers all repositories'
  const wanted = asked.names.map((name): Repository => ({ owner, name }))
  const granted = Array.isArray(listed) ? listed.map((one) => repositoryOf(one, owner)) : wanted
  const among = (one: Repository, others: readonly (Repository | undefined)[]) =>
    others.some((other) => other && isSameRepository(one, other))
  if (!granted.every((one) => one && among(one, wanted)))
    return 'the token covers a repository that was not asked for'
  if (!wanted.every((one) => among(one, granted)))
    return 'the token does not cover every repository asked for'
  return granted.map((one) => (one ? fullName(one) : '')).sort()
}

function repositoryOf(value: unknown, owner: string): Repository | undefined {
  if (!isObject(value)) return undefined
  const { full_name: full, name } = value
  return parseFullName(typeof full === 'string' ? full : `${owner}/${String(name)}`)
}
