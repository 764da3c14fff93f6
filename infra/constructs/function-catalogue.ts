/**
 * Every function of a deployment on one screen: its routes, its limits and all that it may do.
 *
 * What stands here is all the rights there are; `stack.ts` adds none.
 */
import type { Conditions } from 'aws-cdk-lib/aws-iam'
import type { SecretName, TableName } from '../../shared/config/environment.ts'
import type { Config } from '../../shared/config/types.ts'
import { grantPath, healthPath, tokenPath, wellKnownPaths } from '../../shared/protocol/endpoints.ts'
import { type GrantType, grantTypes } from '../../shared/protocol/grant-types.ts'

/** One right of a function; the environment variable that goes with it is set in the same step. */
export type Right =
  | {
      readonly kind: 'use'
      readonly table: TableName
      readonly actions: readonly string[]
      readonly conditions?: Conditions
    }
  | { readonly kind: 'read'; readonly secret: SecretName }
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
      memoryMegabytes,
      rights: grantRights[grantType](config),
    })),
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
      rights: [rotate('signingKeys'), rotate('verificationKeys')],
    },
  ]
}

/** What each grant needs, following the configuration. */
const grantRights: Readonly<Record<GrantType, (config: Config) => Right[]>> = {
  client_credentials: (config) => [
    use('clients', ['dynamodb:GetItem']),
    read('signingKeys'),
    use('rateLimits', ['dynamodb:UpdateItem']),
    // With a single tier there is nothing to look up in the account.
    ...(hasSeveralTiers(config) ? [use('accounts', ['dynamodb:GetItem'])] : []),
  ],
}

function configuredGrants({ grants }: Config): GrantType[] {
  return grantTypes.filter((grantType) => grants[grantType] !== undefined)
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

function read(secret: SecretName): Right {
  return { kind: 'read', secret }
}

function rotate(secret: SecretName): Right {
  return { kind: 'rotate', secret }
}

function invoke(grantType: GrantType): Right {
  return { kind: 'invoke', grantType }
}
