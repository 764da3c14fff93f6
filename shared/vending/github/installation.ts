/** The App's installation at an owner: configured, or asked of GitHub. */
import { type Deadline, objectOf, segment } from '../http.ts'
import { ServiceFailure } from '../service-failure.ts'
import { type GitHub, JSON_MEDIA_TYPE } from './client.ts'

const HOUR = 60 * 60_000
/** An App that has just been installed is found a minute later. */
const MISS_MILLISECONDS = 60_000

/**
 * Finds the id of the App's installation at an owner: an organization, or a user.
 *
 * @throws ServiceFailure `refused` where the App is not installed, and whatever the calls throw
 */
export async function installationOf(github: GitHub, owner: string, deadline: Deadline): Promise<string> {
  const key = owner.toLowerCase()
  const configured = Object.hasOwn(github.installations, key) ? github.installations[key] : undefined
  if (configured !== undefined) return configured
  let found = github.found.get(key)
  if (!found) {
    const name = segment('GitHub', owner)
    const id =
      (await lookUp(github, `/orgs/${name}/installation`, owner, deadline)) ??
      (await lookUp(github, `/users/${name}/installation`, owner, deadline))
    found = { id }
    github.found.set(key, found, id === undefined ? MISS_MILLISECONDS : HOUR)
  }
  if (found.id === undefined)
    throw new ServiceFailure('GitHub', 'refused', `the App is not installed at ${owner}`)
  return found.id
}

async function lookUp(
  github: GitHub,
  path: string,
  owner: string,
  deadline: Deadline,
): Promise<string | undefined> {
  const authorization = `Bearer ${await github.appJwt()}`
  const answer = await github.call({ method: 'GET', path, authorization, accept: JSON_MEDIA_TYPE }, deadline)
  if (answer.status === 404) return undefined
  const { id, account, suspended_at: suspendedAt } = objectOf('GitHub', `GET ${path}`, answer)
  if (!Number.isSafeInteger(id) || Number(id) <= 0) throw malformed(path, 'has no id')
  // A name may have been given up and taken by somebody else: the answer says whose installation this is.
  const login =
    typeof account === 'object' && account !== null && 'login' in account ? account.login : undefined
  if (typeof login === 'string' && login.toLowerCase() !== owner.toLowerCase())
    throw malformed(path, 'is of another owner')
  if (suspendedAt !== null && suspendedAt !== undefined)
    throw new ServiceFailure('GitHub', 'refused', `the App’s installation at ${owner} is suspended`)
  return String(id)
}

function malformed(path: string, what: string): ServiceFailure {
  return new ServiceFailure('GitHub', 'malformed', `GET ${path}: the installation ${what}`)
}
