/**
 * Names of the environment variables that the stack sets and the functions read.
 *
 * Construct, handler and test import these constants, so that a name can only be misspelled everywhere.
 */
import type { GrantType } from '../protocol/grant-types.ts'

/** The tables of a deployment, and the variable that holds each one's name. */
export const tableVariables = {
  clients: 'CLIENTS_TABLE',
  accounts: 'ACCOUNTS_TABLE',
  users: 'USERS_TABLE',
  consents: 'CONSENTS_TABLE',
  authorizationCodes: 'AUTHORIZATION_CODES_TABLE',
  grants: 'GRANTS_TABLE',
  tokens: 'TOKENS_TABLE',
  rateLimits: 'RATE_LIMITS_TABLE',
  vendedTokens: 'VENDED_TOKENS_TABLE',
  profiles: 'PROFILES_TABLE',
} as const

export type TableName = keyof typeof tableVariables

/** The secrets of a deployment, and the variable that holds each one's ARN. */
export const secretVariables = {
  signingKeys: 'SIGNING_KEYS_SECRET',
  verificationKeys: 'VERIFICATION_KEYS_SECRET',
  refreshKeys: 'REFRESH_KEYS_SECRET',
  sessionKeys: 'SESSION_KEYS_SECRET',
  vendKeys: 'VEND_KEYS_SECRET',
  /** Filled by the operator: a GitHub App's private key, and an API token of Buildkite. */
  githubAppKey: 'GITHUB_APP_KEY_SECRET',
  buildkiteToken: 'BUILDKITE_TOKEN_SECRET',
} as const

export type SecretName = keyof typeof secretVariables

/** The variable that holds the ARN of the edge's secret, in the functions that limit strangers behind an edge. */
export const EDGE_SECRET_VARIABLE = 'EDGE_SECRET'

/** The header by which the edge proves itself to those functions. */
export const EDGE_SECRET_HEADER = 'x-scrip-edge'

/** The variable that tells the router a grant function's alias ARN. */
export function grantFunctionVariable(grantType: GrantType): string {
  return `GRANT_FUNCTION_${grantType.toUpperCase()}`
}

/** The variable that holds the ARN of the secret that an https upstream knows us by. */
export function upstreamSecretVariable(upstream: string): string {
  return `UPSTREAM_${upstream.toUpperCase()}_SECRET`
}

/**
 * The variable that holds what the values of the API keys that callers share are made from. A key is no
 * credential here: API Gateway takes it from the authorizer alone, and only counts by it.
 */
export const SHARED_KEY_VARIABLE = 'SHARED_API_KEY'

/** The value of a tier's fallback API key: 20 to 128 characters, unique in the account and region. */
export function fallbackKey(base: string, tier: string): string {
  return `${base}-${tier}`
}

/** The value of the API key of all callers that are over their rate; no tier's, which begin with the base. */
export function overLimitKey(base: string): string {
  return `over-limit-${base}`
}

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads a variable that the stack always sets.
 *
 * @throws Error naming the variable when it is not set: the function was deployed without what it needs.
 */
export function requireVariable(environment: Environment, name: string): string {
  const value = environment[name]
  if (value === undefined || value === '') throw new Error(`environment variable ${name} is not set`)
  return value
}
