/** Commands to try, made of what was seeded and of the routes that there are. */
import { healthPath, tokenPath, wellKnownPaths } from '../../../shared/protocol/endpoints.ts'
import type { JsonObject } from '../json.ts'
import type { Outputs } from '../template/create.ts'
import type { SeedData } from './seed-file.ts'

/**
 * Shell commands that work when pasted.
 *
 * @param routes as `GET /path`
 */
export function commandsToTry(
  demo: SeedData,
  outputs: Outputs,
  routes: readonly string[],
): readonly string[] {
  const { TokenEndpoint: tokenEndpoint = '', Prefix: prefix = '' } = outputs
  const base = tokenEndpoint.slice(0, -tokenPath(prefix).length)
  const client = demo.clients?.find(usesClientCredentials)
  const readable = [...Object.values(wellKnownPaths), healthPath].filter((path) =>
    routes.includes(`GET ${path}`),
  )
  return [
    ...(client && tokenEndpoint ? [tokenCommand(client, tokenEndpoint)] : []),
    ...readable.map((path) => `curl -s ${quote(`${base}${path}`)}`),
  ]
}

function usesClientCredentials({ grant_types: grantTypes, client_secret: secret }: JsonObject): boolean {
  return Array.isArray(grantTypes) && grantTypes.includes('client_credentials') && typeof secret === 'string'
}

function tokenCommand(client: JsonObject, endpoint: string): string {
  const { client_id: id, client_secret: secret, token_endpoint_auth_method: method } = client
  const credentials =
    method === 'client_secret_post'
      ? ['--data-urlencode', quote(`client_id=${id}`), '--data-urlencode', quote(`client_secret=${secret}`)]
      : // RFC 6749 §2.3.1: both are form-encoded before they go into Basic.
        ['-u', quote(`${encodeURIComponent(String(id))}:${encodeURIComponent(String(secret))}`)]
  return ['curl', '-s', ...credentials, '-d', 'grant_type=client_credentials', quote(endpoint)].join(' ')
}

function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
