/** What a function of the catalogue is, and the words its rights are told in. */
import type { Conditions } from 'aws-cdk-lib/aws-iam'
import type { SecretName, TableName } from '../../../shared/config/environment.ts'
import type { GrantType } from '../../../shared/protocol/grant-types.ts'

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
  /** The secret that an upstream of the team's API knows us by. */
  | { readonly kind: 'read upstream'; readonly upstream: string }
  | { readonly kind: 'rotate'; readonly secret: SecretName }
  | { readonly kind: 'invoke'; readonly grantType: GrantType }
  /** A function of the team's own. */
  | { readonly kind: 'invoke foreign'; readonly arn: string }
  /** Count by a key that many share: their tier's fallback key, or that of callers over their rate. */
  | { readonly kind: 'name shared keys' }
  /** Make API keys, put them into usage plans, delete them. */
  | { readonly kind: 'manage API keys' }

export interface Route {
  readonly method: 'GET' | 'POST' | 'ANY'
  readonly path: string
  /** Whether the authorizer stands before it. */
  readonly isProtected?: true
}

export interface FunctionDefinition {
  /** Folder under `functions/`. */
  readonly folder: string
  readonly routes: readonly Route[]
  readonly timeoutSeconds: number
  readonly memoryMegabytes: number
  readonly rights: readonly Right[]
  /** Whether it writes audit lines, of the level INFO: they are written whatever `logs.level` is. */
  readonly audits?: true
  /** Called by a schedule, this often. */
  readonly everyMinutes?: number
}

/** Memory buys CPU in proportion, and a start or a signature is CPU: less of it would cost the same, and take longer. */
export const memoryMegabytes = 1024

/** argon2id takes a whole vCPU, which a function has from 1,769 MB on. */
export const passwordMegabytes = 1769

/**
 * Only the item with this partition key. `ForAllValues` holds as well when there is no key at all to compare,
 * so the second condition says that there must be one.
 */
export function onlyKey(key: string): Conditions {
  return {
    'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [key] },
    Null: { 'dynamodb:LeadingKeys': 'false' },
  }
}

/** Only items whose partition key fits the pattern. */
export function onlyKeysLike(pattern: string): Conditions {
  return {
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [pattern] },
    Null: { 'dynamodb:LeadingKeys': 'false' },
  }
}

/** Only these attributes, and no others of the item in the answer. */
export function onlyAttributes(...names: string[]): Conditions {
  return {
    'ForAllValues:StringEquals': { 'dynamodb:Attributes': names },
    Null: { 'dynamodb:Attributes': 'false' },
    StringEqualsIfExists: { 'dynamodb:ReturnValues': ['NONE', 'UPDATED_OLD', 'UPDATED_NEW'] },
  }
}

export function get(path: string): Route {
  return { method: 'GET', path }
}

export function post(path: string): Route {
  return { method: 'POST', path }
}

export function use(table: TableName, actions: readonly string[], conditions: Conditions = {}): Right {
  return { kind: 'use', table, actions, conditions }
}

export function useIndex(table: TableName, actions: readonly string[]): Right {
  return { kind: 'use index', table, actions }
}

export function readForeign(arn: string): Right {
  return { kind: 'read foreign', arn }
}

export const knowEdge: Right = { kind: 'know the edge' }

export function read(secret: SecretName): Right {
  return { kind: 'read', secret }
}

export function rotate(secret: SecretName): Right {
  return { kind: 'rotate', secret }
}

export function invoke(grantType: GrantType): Right {
  return { kind: 'invoke', grantType }
}
