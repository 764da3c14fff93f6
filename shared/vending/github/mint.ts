/**
 * Minting an installation token.
 *
 * https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app
 */
import { type Deadline, objectOf } from '../http.ts'
import { ServiceFailure } from '../service-failure.ts'
import type { GitHubToken, MintRequest } from '../types.ts'
import { type GitHub, JSON_MEDIA_TYPE } from './client.ts'
import { readGrant } from './grant.ts'
import { installationOf } from './installation.ts'

const MAX_REPOSITORIES = 500
/** Ending a token that must not be used is worth this much of the request's time. */
const REVOKE_MILLISECONDS = 1_000

/**
 * Asks GitHub for a token of exactly these repositories and permissions.
 *
 * @throws Error for a request that names no repository without meaning all: GitHub would take it for all
 * @throws ServiceFailure when GitHub gives none, or one that is not what was asked for; that one is ended
 */
export async function mintToken(
  github: GitHub,
  request: MintRequest,
  deadline: Deadline,
): Promise<GitHubToken> {
  const body = bodyOf(request)
  const installation = await installationOf(github, request.owner, deadline)
  const path = `/app/installations/${encodeURIComponent(installation)}/access_tokens`
  const authorization = `Bearer ${await github.appJwt()}`
  const answer = await github.call(
    { method: 'POST', path, authorization, accept: JSON_MEDIA_TYPE, body },
    deadline,
  )
  const what = `POST ${path}`
  if (answer.status === 404)
    throw new ServiceFailure('GitHub', 'refused', `${what}: there is no such installation`)
  const grant = readGrant(objectOf('GitHub', what, answer), request, Math.floor(github.time.now() / 1000))
  if (grant.kind === 'as asked') return grant.token
  if (grant.token !== undefined) await endToken(github, grant.token, deadline)
  throw new ServiceFailure('GitHub', 'malformed', `${what}: ${grant.reason}`)
}

function bodyOf({ repositories, permissions }: MintRequest) {
  const levels = Object.fromEntries(permissions.map((permission) => permission.split(':')))
  // Left out, GitHub grants all that the App has.
  if (Object.keys(levels).length === 0) throw new Error('a token without permissions was asked for')
  if (repositories.kind === 'all') return { permissions: levels }
  const names: readonly string[] = repositories.names
  // The types make this impossible; GitHub takes an empty list for every repository of the installation.
  if (names.length === 0) throw new Error('a token for no repository was asked for')
  if (names.length > MAX_REPOSITORIES)
    throw new ServiceFailure('GitHub', 'refused', `more than ${MAX_REPOSITORIES} repositories were asked for`)
  return { repositories: names, permissions: levels }
}

/** Ends a token (`DELETE /installation/token`), as well as may be: it would end by itself within the hour. */
async function endToken(github: GitHub, token: string, deadline: Deadline): Promise<void> {
  try {
    await github.call(
      {
        method: 'DELETE',
        path: '/installation/token',
        authorization: `Bearer ${token}`,
        accept: JSON_MEDIA_TYPE,
        timeoutMilliseconds: REVOKE_MILLISECONDS,
      },
      deadline,
    )
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error
  }
}
