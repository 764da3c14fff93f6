/**
 * git's credential format: `key=value` lines, ended by a blank line.
 *
 * https://git-scm.com/docs/git-credential#IOFMT
 */
import { parseFullName, type Repository } from './repository.ts'
import type { GitHubToken } from './types.ts'

/** What git tells of the repository that it wants to reach. */
export interface GitCredentialRequest {
  readonly protocol: string
  readonly host: string
  readonly path: string
}

const REQUIRED = ['protocol', 'host', 'path'] as const

/**
 * Reads a request: lines up to the first blank one; of a name that comes twice the last counts, as in git.
 *
 * @returns the reason why not, for a line without `=`, a NUL or carriage return, or a required name that is missing
 */
export function parseGitCredential(text: string): GitCredentialRequest | { readonly fault: string } {
  const [block = ''] = `\n${text}`.split('\n\n')
  const lines = block.split('\n').filter((line) => line !== '')
  if (lines.some((line) => /[\0\r]/.test(line))) return { fault: 'a NUL or a carriage return' }
  const fields = new Map<string, string>()
  for (const line of lines) {
    const [, name, value = ''] = /^([^=]+)=(.*)$/.exec(line) ?? []
    if (name === undefined) return { fault: 'a line that is no key=value' }
    fields.set(name, value)
  }
  const missing = REQUIRED.find((name) => (fields.get(name) ?? '') === '')
  if (missing !== undefined) return { fault: `no ${missing}` }
  const [protocol = '', host = '', path = ''] = REQUIRED.map((name) => fields.get(name))
  return { protocol, host, path }
}

/**
 * The repository that git wants.
 *
 * @param githubHost host of the repositories, in lower case
 * @returns `elsewhere` for another host, another protocol than https, or a path that is no repository
 */
export function wantedRepository(
  { protocol, host, path }: GitCredentialRequest,
  githubHost: string,
): Repository | 'elsewhere' {
  if (protocol !== 'https' || host.toLowerCase() !== githubHost) return 'elsewhere'
  return parseFullName(path.replace(/^\/|\/$/g, '').replace(/\.git$/i, '')) ?? 'elsewhere'
}

/**
 * The answer that gives git a token.
 *
 * @throws Error when a value would break out of its line
 */
export function formatGitCredential(
  { protocol, host, path }: GitCredentialRequest,
  { token, expiresAt }: Pick<GitHubToken, 'token' | 'expiresAt'>,
): string {
  const fields = {
    protocol,
    host,
    path,
    username: 'x-access-token',
    password: token,
    password_expiry_utc: String(expiresAt),
  }
  const lines = Object.entries(fields).map(([name, value]) => {
    if (/[\n\0\r]/.test(value)) throw new Error(`${name} has a line end or a NUL`)
    return `${name}=${value}\n`
  })
  return `${lines.join('')}\n`
}
