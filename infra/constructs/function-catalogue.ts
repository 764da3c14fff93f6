/**
 * Every function of a deployment on one screen: its routes, its limits and all that it may do.
 *
 * What stands here is all the rights there are; `stack.ts` adds none.
 */
import type { Conditions } from 'aws-cdk-lib/aws-iam'
import type { SecretName, TableName } from '../../shared/config/environment.ts'
import type { Config } from '../../shared/config/types.ts'
import { usedSecrets } from '../../shared/config/used-secrets.ts'
import {
  endpointPath,
  grantPath,
  healthPath,
  tokenPath,
  wellKnownPaths,
} from '../../shared/protocol/endpoints.ts'
import { type GrantType, grantTypes, hasUsers } from '../../shared/protocol/grant-types.ts'

/** One right of a function; the environment variable that goes with it is set in the same step. */
export type Right =
  | {
      readonly kind: 'use'
      readonly table: TableName
      readonly actions: readonly string[]
      readonly conditions?: Conditions
    }
  | { readonly kind: 'use index'; readonly table: TableName; readonly actions: readonly string[] }
  | { readonly kind: 'read'; readonly secret: SecretName }
  /** A secret of the operator's own, by its ARN, which the configuration names. */
  | { readonly kind: 'read foreign'; readonly arn: string }
  /** Tell whether a request came through the edge, and so from which address; nothing without an edge. */
  | { readonly kind: 'know the edge' }
  | { readonly kind: 'rotate'; readonly secret: SecretName }
  | { readonly kind: 'invoke'; readonly grantType: GrantType }

export interface Route {
  readonly method: 'GET' | 'POST'
  readonly path: string
}

export interface FunctionDefinition {
  /** Folder under `functions/`. */
  readonly folder: string
  readonly routes: readonly Route[]
  readonly timeoutSeconds: number
  readonly memoryMegabytes: number
  readonly rights: readonly Right[]
}

/** Memory buys CPU in proportion, and a start or a signature is CPU: less of it would cost the same, and take longer. */
const memoryMegabytes = 1024

/** argon2id takes a whole vCPU, which a function has from 1,769 MB on. */
const passwordMegabytes = 1769

export function functionCatalogue(config: Config): FunctionDefinition[] {
  const { prefix } = config.paths
  return [
    {
      folder: 'token',
      routes: [post(tokenPath(prefix))],
      timeoutSeconds: 12, // longer than a grant's, so that a slow grant still answers through it
      memoryMegabytes,
      rights: configuredGrants(config).map(invoke),
    },
    ...configuredGrants(config).map((grantType) => ({
      folder: `grants/${grantType}`,
      routes: [post(grantPath(prefix, grantType))],
      timeoutSeconds: 10,
      memoryMegabytes: grantType === 'password' ? passwordMegabytes : memoryMegabytes,
      rights: [...clientRights(config), ...grantRights[grantType](config)],
    })),
    ...(config.grants.authorization_code ? [authorize(config)] : []),
    ...(hasUsers(config.grants) && config.scopes.openid ? [userinfo(config)] : []),
    {
      folder: 'revoke',
      routes: [post(endpointPath(prefix, 'revoke'))],
      timeoutSeconds: 10,
      memoryMegabytes,
      rights: [
        ...clientRights(config),
        ...verifyingRights(config),
        ...refreshKeyRights(config),
        ...(config.grants.refresh_token ? [use('grants', ['dynamodb:GetItem', 'dynamodb:UpdateItem'])] : []),
        // A JWT is denied by its `jti`; an opaque token is found and ended where it rests.
        use('tokens', isJwt(config) ? ['dynamodb:PutItem'] : ['dynamodb:GetItem', 'dynamodb:UpdateItem']),
      ],
    },
    {
      folder: 'introspect',
      routes: [post(endpointPath(prefix, 'introspect'))],
      timeoutSeconds: 10,
      memoryMegabytes,
      rights: [
        ...clientRights(config),
        ...verifyingRights(config),
        ...refreshKeyRights(config),
        ...(config.grants.refresh_token ? [use('grants', ['dynamodb:GetItem'])] : []),
        ...livenessRights(config),
      ],
    },
    {
      folder: 'metadata',
      routes: Object.values(wellKnownPaths).map(get),
      timeoutSeconds: 10,
      memoryMegabytes,
      rights: [read('verificationKeys')],
    },
    {
      folder: 'health',
      routes: [get(healthPath)],
      timeoutSeconds: 10,
      memoryMegabytes,
      rights: [read('verificationKeys'), use('clients', ['dynamodb:GetItem'], onlyKey('health'))],
    },
    {
      folder: 'rotate-keys', // called by CloudFormation
      routes: [],
      timeoutSeconds: 60,
      memoryMegabytes,
      rights: usedSecrets(config).map(rotate),
    },
  ]
}

/** The pages: they sign people in, ask them, and give the code. They can issue no token. */
function authorize(config: Config): FunctionDefinition {
  const { prefix } = config.paths
  const pages = ['authorize', 'login', 'logout', 'account'] as const
  return {
    folder: 'authorize',
    routes: [
      ...pages.flatMap((page) => [get(endpointPath(prefix, page)), post(endpointPath(prefix, page))]),
      post(endpointPath(prefix, 'consent')),
      get(endpointPath(prefix, 'style.css')),
      get(endpointPath(prefix, 'form-post.js')),
      ...(config.upstream ? [get(endpointPath(prefix, 'callback'))] : []),
    ],
    timeoutSeconds: 10,
    memoryMegabytes: passwordMegabytes,
    rights: [
      use('clients', ['dynamodb:GetItem']),
      use('users', [
        'dynamodb:GetItem',
        'dynamodb:UpdateItem',
        ...(config.upstream ? ['dynamodb:PutItem'] : []),
      ]),
      use('consents', ['dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:Query']),
      use('authorizationCodes', ['dynamodb:PutItem']),
      use('grants', ['dynamodb:GetItem', 'dynamodb:UpdateItem']),
      useIndex('grants', ['dynamodb:Query']),
      use('rateLimits', ['dynamodb:UpdateItem']),
      read('sessionKeys'),
      knowEdge,
      ...(config.upstream ? [readForeign(config.upstream.clientSecretArn)] : []),
      ...(config.upstream?.tier === undefined
        ? []
        : [use('accounts', ['dynamodb:GetItem', 'dynamodb:PutItem'])]),
    ],
  }
}

function userinfo(config: Config): FunctionDefinition {
  const path = endpointPath(config.paths.prefix, 'userinfo')
  return {
    folder: 'userinfo',
    routes: [get(path), post(path)], // OpenID Connect Core 1.0 §5.3.1: both
    timeoutSeconds: 10,
    memoryMegabytes,
    rights: [...verifyingRights(config), ...livenessRights(config), use('users', ['dynamodb:GetItem'])],
  }
}

/** Authenticating a client, and counting its requests. */
function clientRights(config: Config): Right[] {
  return [
    use('clients', ['dynamodb:GetItem']),
    use('rateLimits', ['dynamodb:UpdateItem']),
    // With a single tier there is nothing to look up in the account.
    ...(hasSeveralTiers(config) ? [use('accounts', ['dynamodb:GetItem'])] : []),
  ]
}

/** Reading an access token: a JWT's signature needs the published keys, an opaque token is looked up. */
function verifyingRights(config: Config): Right[] {
  return isJwt(config) ? [read('verificationKeys')] : []
}

/** Asking whether a token's grant lives and the token was not revoked. */
function livenessRights(config: Config): Right[] {
  return [
    use('grants', ['dynamodb:BatchGetItem']),
    use('tokens', isJwt(config) ? ['dynamodb:BatchGetItem'] : ['dynamodb:GetItem']),
  ]
}

function refreshKeyRights({ grants }: Config): Right[] {
  return grants.refresh_token ? [read('refreshKeys')] : []
}

/** Issuing tokens: to a user, or with a refresh token, a grant is written as well. */
function issuingRights(
  config: Config,
  grant: { readonly refreshToken: boolean; readonly ofUser: boolean },
): Right[] {
  const signs = isJwt(config) || (grant.ofUser && config.scopes.openid !== undefined)
  return [
    ...(signs ? [read('signingKeys')] : []),
    ...(isJwt(config) ? [] : [use('tokens', ['dynamodb:PutItem'])]),
    ...(grant.refreshToken ? [read('refreshKeys')] : []),
    ...(grant.refreshToken || grant.ofUser ? [use('grants', ['dynamodb:UpdateItem'])] : []),
  ]
}

/** What each grant needs beyond authenticating its client, following the configuration. */
const grantRights: Readonly<Record<GrantType, (config: Config) => Right[]>> = {
  authorization_code: (config) => [
    use('authorizationCodes', ['dynamodb:GetItem', 'dynamodb:UpdateItem']),
    use('consents', ['dynamodb:GetItem']),
    ...issuingRights(config, {
      refreshToken: config.grants.authorization_code?.refreshToken ?? false,
      ofUser: true,
    }),
  ],
  client_credentials: (config) =>
    issuingRights(config, {
      refreshToken: config.grants.client_credentials?.refreshToken ?? false,
      ofUser: false,
    }),
  password: (config) => [
    knowEdge,
    use('users', ['dynamodb:GetItem', 'dynamodb:UpdateItem']),
    use('consents', ['dynamodb:UpdateItem']),
    ...issuingRights(config, { refreshToken: config.grants.password?.refreshToken ?? false, ofUser: true }),
  ],
  refresh_token: (config) => [
    use('grants', ['dynamodb:GetItem']),
    ...(hasUsers(config.grants) ? [use('consents', ['dynamodb:GetItem'])] : []),
    ...issuingRights(config, { refreshToken: true, ofUser: hasUsers(config.grants) }),
  ],
}

function configuredGrants({ grants }: Config): GrantType[] {
  return grantTypes.filter((grantType) => grants[grantType] !== undefined)
}

function isJwt({ accessToken }: Config): boolean {
  return accessToken.format === 'jwt'
}

function hasSeveralTiers({ rateLimits }: Config): boolean {
  return Object.keys(rateLimits.tiers).length > 1
}

/**
 * Only the item with this partition key. `ForAllValues` holds as well when there is no key at all to compare,
 * so the second condition says that there must be one.
 */
function onlyKey(key: string): Conditions {
  return {
    'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [key] },
    Null: { 'dynamodb:LeadingKeys': 'false' },
  }
}

function get(path: string): Route {
  return { method: 'GET', path }
}

function post(path: string): Route {
  return { method: 'POST', path }
}

function use(table: TableName, actions: readonly string[], conditions: Conditions = {}): Right {
  return { kind: 'use', table, actions, conditions }
}

function useIndex(table: TableName, actions: readonly string[]): Right {
  return { kind: 'use index', table, actions }
}

function readForeign(arn: string): Right {
  return { kind: 'read foreign', arn }
}

const knowEdge: Right = { kind: 'know the edge' }

function read(secret: SecretName): Right {
  return { kind: 'read', secret }
}

function rotate(secret: SecretName): Right {
  return { kind: 'rotate', secret }
}

function invoke(grantType: GrantType): Right {
  return { kind: 'invoke', grantType }
}
