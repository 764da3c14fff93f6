/** What a grant is: a name, who may use it, its parameters, and one function. */
import type { EpochSeconds } from '../protocol/brands.ts'
import type { Client } from '../protocol/client.ts'
import type { GrantType } from '../protocol/grant-types.ts'
import { parseScope } from '../protocol/scope.ts'
import type { IssuedTokens } from '../protocol/token-response.ts'

/** Reads one parameter of a grant; `undefined` is a parameter that is not there. */
export type ParameterReader<Value> = (value: string | undefined) => Value

export interface GrantRequest<Values> {
  /** The client, authenticated unless it is a public one. */
  readonly client: Client
  /** The parameters that the grant declares; others never reach it. */
  readonly parameters: Values
  readonly now: EpochSeconds
}

/** What a token is asked to say, beyond what the deployment's configuration says of every token. */
export interface TokenOrder {
  readonly client: Client
  /** The user, or the client itself where no user is involved. */
  readonly subject: string
  /** Granted scope. */
  readonly scope: readonly string[]
  readonly requestedScope: readonly string[] | undefined
  readonly now: EpochSeconds
}

/** What a grant may use. */
export interface GrantServices {
  readonly scopes: {
    /** The scope to grant to a client that acts for itself; throws `invalid_scope`. */
    forClient(requested: readonly string[] | undefined, client: Client): readonly string[]
  }
  readonly tokens: {
    issue(order: TokenOrder): Promise<IssuedTokens>
  }
}

export interface Grant<Values> {
  readonly grantType: GrantType
  /** RFC 6749 §2.1: who may use it. */
  readonly clientType: 'confidential' | 'any'
  readonly parameters: {
    readonly [Name in keyof Values]: ParameterReader<Values[Name]>
  }
  issue(request: GrantRequest<Values>, services: GrantServices): Promise<IssuedTokens>
}

/** Names a grant; its parameters' types follow from their readers. */
export function defineGrant<Values>(grant: Grant<Values>): Grant<Values> {
  return grant
}

/** `scope`, RFC 6749 §3.3: the requested names, or nothing; throws `invalid_scope`. */
export const optionalScope: ParameterReader<readonly string[] | undefined> = (value) =>
  value === undefined ? undefined : parseScope(value)
