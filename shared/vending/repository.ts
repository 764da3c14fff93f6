/** Repositories on the configured GitHub host, and the ways in which pipelines and git name them. */

export interface Repository {
  /** User or organization. */
  readonly owner: string
  /** The bare name. */
  readonly name: string
}

/** An owner as GitHub has it: letters, digits and single hyphens inside; `_` in names of managed users. */
const OWNER = /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98}[A-Za-z0-9])?$/
const NAME = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/
/** The three ways to write one, each with the host as it is there. */
const FORMS = [
  /^https:\/\/([^/@:\s]+)\/([^/\s]+)\/([^/\s]+?)\/?$/i,
  /^ssh:\/\/git@([^/@:\s]+)(?::22)?\/([^/\s]+)\/([^/\s]+?)\/?$/i,
  /^git@([^/@:\s]+):([^/\s]+)\/([^/\s]+)$/i,
]

/** Whether this can be the bare name of a repository. */
export function isRepositoryName(value: string): boolean {
  return NAME.test(value) && !value.toLowerCase().endsWith('.git')
}

export function isOwnerName(value: string): boolean {
  return OWNER.test(value)
}

/** `owner/name`, each as GitHub allows it; nothing for anything else. */
export function parseFullName(value: string): Repository | undefined {
  const [owner = '', name = '', ...more] = value.split('/')
  return more.length === 0 && isOwnerName(owner) && isRepositoryName(name) ? { owner, name } : undefined
}

/**
 * Reads the address of a repository: `https://HOST/o/r(.git)`, `git@HOST:o/r(.git)`, `ssh://git@HOST/o/r(.git)`.
 *
 * @param host the GitHub host, in lower case; a repository anywhere else is none of ours
 * @returns nothing for another host, another scheme, credentials or a port in the address, or more than two parts
 */
export function parseRepositoryUrl(url: string, host: string): Repository | undefined {
  for (const form of FORMS) {
    const [, found = '', owner = '', name = ''] = form.exec(url) ?? []
    if (found !== '' && found.toLowerCase() === host) return parseFullName(`${owner}/${withoutGit(name)}`)
  }
  return undefined
}

export function fullName({ owner, name }: Repository): string {
  return `${owner}/${name}`
}

/** GitHub does not tell upper case from lower case in names. */
export function isSameRepository(one: Repository, other: Repository): boolean {
  return sameName(fullName(one), fullName(other))
}

export function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

function withoutGit(name: string): string {
  return name.replace(/\.git$/i, '')
}
