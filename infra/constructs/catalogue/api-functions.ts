/** The functions around the team's own API, and the one that ends leaked tokens. */
import type { ApiConfig, Config } from '../../../shared/config/types.ts'
import { endpointPath, presentedTokenPath, unknownApiPath } from '../../../shared/protocol/endpoints.ts'
import { denyingRights, endingRights, hasOpaqueTokens, isJwt, verifyingRights } from './common-rights.ts'
import {
  type FunctionDefinition,
  knowEdge,
  memoryMegabytes,
  onlyAttributes,
  post,
  type Route,
  use,
} from './definition.ts'

/** A stranger's report of a leaked token, which ends it. */
export function leaked(config: Config): FunctionDefinition {
  return {
    folder: 'leaked',
    routes: [post(endpointPath(config.paths.prefix, 'leaked'))],
    timeoutSeconds: 10,
    memoryMegabytes,
    rights: [
      use('rateLimits', ['dynamodb:UpdateItem']),
      ...(hasOpaqueTokens(config) ? endingRights : []),
      ...denyingRights(config),
      ...verifyingRights(config),
      knowEdge,
    ],
  }
}

/** Tells API Gateway who calls, with which scope and on which rate tier. */
export function authorizer(config: Config): FunctionDefinition {
  return {
    folder: 'authorizer',
    routes: [],
    timeoutSeconds: 10,
    memoryMegabytes,
    rights: [
      ...verifyingRights(config),
      use('grants', ['dynamodb:BatchGetItem']),
      use('tokens', [
        ...(isJwt(config) ? ['dynamodb:BatchGetItem'] : []),
        ...(hasOpaqueTokens(config) ? ['dynamodb:GetItem'] : []),
      ]),
      // When a token was last used, and nothing else of it: strangers reach this function first.
      ...(config.apiTokens
        ? [use('tokens', ['dynamodb:UpdateItem'], onlyAttributes('tokenHash', 'lastUsedAt'))]
        : []),
      use('clients', ['dynamodb:GetItem']),
      use('accounts', ['dynamodb:GetItem']),
      use('rateLimits', ['dynamodb:UpdateItem']),
      { kind: 'name shared keys' },
      knowEdge,
    ],
  }
}

/** The team's own API: checks scope and rate, and forwards to its upstreams. No table, no key of ours. */
export function api({ routes, upstreams }: ApiConfig): FunctionDefinition {
  const paths = new Set([presentedTokenPath, ...routes.map(({ path }) => path), unknownApiPath])
  return {
    folder: 'api',
    // Every method, so that one which a route does not have is refused with the rate told.
    routes: [...paths].map((path): Route => ({ method: 'ANY', path, isProtected: true })),
    timeoutSeconds: 28, // API Gateway waits 29 s; an upstream has 25 at most
    memoryMegabytes,
    rights: Object.entries(upstreams).map(([name, upstream]) =>
      'functionArn' in upstream
        ? { kind: 'invoke foreign', arn: upstream.functionArn }
        : { kind: 'read upstream', upstream: name },
    ),
  }
}

/** Gives each account an API key in its tier's usage plan. */
export function apiKeys(): FunctionDefinition {
  return {
    folder: 'api-keys',
    routes: [],
    everyMinutes: 5,
    timeoutSeconds: 240,
    memoryMegabytes,
    rights: [use('accounts', ['dynamodb:Scan', 'dynamodb:UpdateItem']), { kind: 'manage API keys' }],
  }
}
