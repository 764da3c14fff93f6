/**
 * A file of a repository, read with the App's own token.
 *
 * https://docs.github.com/en/rest/repos/contents#get-repository-content
 */
import { type Deadline, segment } from '../http.ts'
import type { Remembered } from '../memory.ts'
import { ServiceFailure } from '../service-failure.ts'
import type { GitHubToken } from '../types.ts'
import { type GitHub, RAW_MEDIA_TYPE } from './client.ts'
import { mintToken } from './mint.ts'

export interface FileAddress {
  readonly owner: string
  readonly repo: string
  /** From the repository's root, on its default branch. */
  readonly path: string
}

/** A token for reading is not used in its last ten minutes. */
const MARGIN_SECONDS = 600

/**
 * Reads a text file of at most 1 MB.
 *
 * @param tokens remembers the reading token, so that the file, read again every few minutes, costs one call
 * @throws ServiceFailure `refused` when there is no such file, and whatever the calls throw
 */
export async function fileContents(
  github: GitHub,
  { owner, repo, path }: FileAddress,
  tokens: Remembered<GitHubToken>,
  deadline: Deadline,
): Promise<string> {
  const key = `${owner}/${repo}`.toLowerCase()
  const token = tokens.get(key) ?? (await readingToken(github, owner, repo, deadline))
  const seconds = token.expiresAt - MARGIN_SECONDS - Math.floor(github.time.now() / 1000)
  tokens.set(key, token, Math.max(0, seconds) * 1000)
  const file = path
    .split('/')
    .map((part) => segment('GitHub', part))
    .join('/')
  const url = `/repos/${segment('GitHub', owner)}/${segment('GitHub', repo)}/contents/${file}`
  try {
    const answer = await github.call(
      { method: 'GET', path: url, authorization: `Bearer ${token.token}`, accept: RAW_MEDIA_TYPE },
      deadline,
    )
    if (answer.status === 404)
      throw new ServiceFailure('GitHub', 'refused', `GET ${url}: there is no such file`)
    // A folder is told as plain JSON, whatever was asked for.
    if (/^application\/json/i.test(answer.contentType))
      throw new ServiceFailure('GitHub', 'malformed', `GET ${url}: the answer is no file`)
    return answer.body
  } catch (error) {
    // The token may have been ended, or its installation removed: the next reading begins anew.
    tokens.set(key, token, 0)
    throw error
  }
}

function readingToken(github: GitHub, owner: string, repo: string, deadline: Deadline): Promise<GitHubToken> {
  const repositories = { kind: 'named', names: [repo] } as const
  return mintToken(github, { owner, repositories, permissions: ['contents:read'] }, deadline)
}
