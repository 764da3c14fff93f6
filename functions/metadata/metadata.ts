import type { APIGatewayProxyResult } from 'aws-lambda'
import type { Config } from '../../shared/config/types.ts'
import { endpoint, type Handler } from '../../shared/http/endpoint.ts'
import { issuerOf } from '../../shared/http/issuer.ts'
import { wellKnownPaths } from '../../shared/protocol/endpoints.ts'
import { hasUsers, isGrantType } from '../../shared/protocol/grant-types.ts'
import {
  type AuthorizationServerMetadata,
  authorizationServerMetadata,
} from '../../shared/protocol/metadata.ts'
import { machineScopes } from '../../shared/protocol/scope.ts'
import type { Jwks } from '../../shared/tokens/jwks.ts'

/**
 * Public documents, the same for everyone: caches may keep them and any page may read them. A key is
 * published for longer than this before it signs.
 */
const publicHeaders = {
  'Cache-Control': 'public, max-age=300',
  'Access-Control-Allow-Origin': '*',
}

/**
 * The metadata (RFC 8414 §3, OpenID Connect Discovery 1.0 §4) and the keys (RFC 7517 §5).
 *
 * @param keys gives the published keys
 */
export function metadataEndpoint(config: Config, keys: () => Promise<Jwks>): Handler {
  return endpoint([], async ({ original }) => {
    if (original.resource === wellKnownPaths.jwks) return published('application/jwk-set+json', await keys())
    return published('application/json', metadataOf(config, issuerOf(config.issuer, original)))
  })
}

function published(contentType: string, body: unknown): APIGatewayProxyResult {
  return {
    statusCode: 200,
    headers: { 'Content-Type': contentType, ...publicHeaders },
    body: JSON.stringify(body),
  }
}

/** A scope that is about a person is offered only where a grant signs people in. */
function metadataOf(config: Config, issuer: string): AuthorizationServerMetadata {
  const scopes = hasUsers(config.grants) ? config.scopes : machineScopes(config.scopes)
  return authorizationServerMetadata({
    issuer,
    prefix: config.paths.prefix,
    grantTypes: Object.keys(config.grants).filter(isGrantType),
    scopes: Object.keys(scopes),
    signingAlgorithm: config.signing.algorithm,
  })
}
