/**
 * Every function of a deployment on one screen: its routes, its limits and all that it may do.
 *
 * What stands here is all the rights there are; `stack.ts` adds none.
 */
import type { Config } from '../../shared/config/types.ts'
import { hasGrants, usedSecrets } from '../../shared/config/used-secrets.ts'
import {
  endpointPath,
  grantPath,
  healthPath,
  tokenPath,
  wellKnownPaths,
} from '../../shared/protocol/endpoints.ts'
import { type GrantType, grantTypes, hasUsers } from '../../shared/protocol/grant-types.ts'
import { api, apiKeys, authorizer, leaked } from './catalogue/api-functions.ts'
import {
  clientRights,
  denyingRights,
  endingRights,
  isJwt,
  livenessRights,
  refreshKeyRights,
  verifyingRights,
} from './catalogue/common-rights.ts'
import {
  type FunctionDefinition,
  get,
  invoke,
  knowEdge,
  memoryMegabytes,
  onlyKey,
  passwordMegabytes,
  post,
  type Right,
  read,
  readForeign,
  rotate,
  use,
  useIndex,
} from './catalogue/definition.ts'

import { vend } from './catalogue/vend.ts'

export type { FunctionDefinition, Right } from './catalogue/definition.ts'

export function functionCatalogue(config: Config): FunctionDefinition[] {
  return [
    ...(hasGrants(config) ? oauthFunctions(config) : []),
    ...(config.api ? [authorizer(config), api(config.api), apiKeys()] : []),
    ...(config.vend ? [vend(config.vend)] : []),
    {
      folder: 'health',
      routes: [get(healthPath)],
      timeoutSeconds: 10,
      memoryMegabytes,
      rights: [
        ...(hasGrants(config) ? [read('verificationKeys')] : []),
        use('clients', ['dynamodb:GetItem'], onlyKey('health')),
      ],
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

/** What issues, ends and tells of tokens of our own; nothing of it where a deployment only vends GitHub's. */
function oauthFunctions(config: Config): FunctionDefinition[] {
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
        ...(isJwt(config) ? denyingRights(config) : endingRights),
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
    leaked(config),
    {
      folder: 'metadata',
      routes: Object.values(wellKnownPaths).map(get),
      timeoutSeconds: 10,
      memoryMegabytes,
      rights: [read('verificationKeys')],
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
    rights: [
      ...clientRights(config),
      ...verifyingRights(config),
      ...livenessRights(config),
      use('users', ['dynamodb:GetItem']),
    ],
  }
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
