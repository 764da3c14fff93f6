/** Commands to try, made of what was seeded and of the routes that there are. */
import { endpointPath, healthPath, wellKnownPaths } from '../../../shared/protocol/endpoints.ts'
import type { JsonObject } from '../json.ts'
import type { Outputs } from '../template/create.ts'
import { defaultLocalFolder } from './paths.ts'
import type { SeedData } from './seed-file.ts'

/** Tells the caller of the management API about its own token. */
const tokenStatusPath = '/api/v1/token'

/**
 * Shell commands that work when pasted.
 *
 * @param routes as `GET /path`
 * @param localFolder where the stack's data rests
 */
export function commandsToTry(
  demo: SeedData,
  outputs: Outputs,
  routes: readonly string[],
  localFolder = defaultLocalFolder,
): readonly string[] {
  const { TokenEndpoint: tokenEndpoint = '' } = outputs
  const base = baseOf(outputs)
  const machine = demo.clients?.find((client) => uses(client, 'client_credentials'))
  const firstParty = demo.clients?.find((client) => uses(client, 'password'))
  const [user] = demo.users ?? []
  // Only the token's hash rests in the stack: without a value that was told at its making there is nothing to try.
  const apiToken = demo.api_tokens?.find(({ token }) => typeof token === 'string')
  const readable = [...Object.values(wellKnownPaths), healthPath].filter((path) =>
    routes.includes(`GET ${path}`),
  )
  return [
    ...(machine && tokenEndpoint ? [tokenCommand(machine, 'client_credentials', tokenEndpoint)] : []),
    ...(firstParty && user ? [tokenCommand(firstParty, 'password', tokenEndpoint, user)] : []),
    ...(apiToken && routes.includes(`ANY ${tokenStatusPath}`)
      ? [
          `curl -i -H ${quote(`Authorization: Bearer ${apiToken.token}`)} ${quote(`${base}${tokenStatusPath}`)}`,
        ]
      : []),
    ...(routes.includes('POST /token') ? [vendCommand(base, localFolder)] : []),
    ...readable.map((path) => `curl -s ${quote(`${base}${path}`)}`),
  ]
}

/**
 * Where a person can sign in, and as whom; nothing where the stack has no pages, or nobody was seeded.
 *
 * @param routes as `GET /path`
 */
export function signInHint(demo: SeedData, outputs: Outputs, routes: readonly string[]): string | undefined {
  const { Prefix: prefix = '' } = outputs
  const page = endpointPath(prefix, 'account')
  const [user] = demo.users ?? []
  if (!user || !routes.includes(`GET ${page}`)) return undefined
  return `Sign in at ${baseOf(outputs)}${page} as ${user.username} with the password ${user.password}`
}

/** In front of every path: the edge, or the API's stage. */
function baseOf({ BaseUrl: base = '' }: Outputs): string {
  return base
}

/** A GitHub token for a CI job, whose own token the command makes. */
function vendCommand(base: string, localFolder: string): string {
  const variable = localFolder === defaultLocalFolder ? '' : `LOCAL_DIR=${quote(localFolder)} `
  const headers = `-H "Authorization: Bearer $(${variable}npm run --silent ci-token)" -H 'Content-Type: application/json'`
  return `curl -s -X POST ${headers} ${quote(`${base}/token`)}`
}

function uses({ grant_types: grantTypes, client_secret: secret }: JsonObject, grantType: string): boolean {
  return Array.isArray(grantTypes) && grantTypes.includes(grantType) && typeof secret === 'string'
}

/** A token request; the last parameter is the person whose user name and password go along, where the grant takes them. */
function tokenCommand(
  client: JsonObject,
  grantType: string,
  endpoint: string,
  { username, password }: JsonObject = {},
): string {
  const { client_id: id, client_secret: secret, token_endpoint_auth_method: method } = client
  const credentials =
    method === 'client_secret_post'
      ? ['--data-urlencode', quote(`client_id=${id}`), '--data-urlencode', quote(`client_secret=${secret}`)]
      : // RFC 6749 §2.3.1: both are form-encoded before they go into Basic.
        ['-u', quote(`${encodeURIComponent(String(id))}:${encodeURIComponent(String(secret))}`)]
  const person =
    username === undefined
      ? []
      : ['--data-urlencode', quote(`username=${username}`), '--data-urlencode', quote(`password=${password}`)]
  return ['curl', '-s', ...credentials, '-d', `grant_type=${grantType}`, ...person, quote(endpoint)].join(' ')
}

function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
