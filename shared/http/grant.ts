/** What a grant is: a name, who may use it, its parameters, and one function. */
import type { EpochSeconds } from '../protocol/brands.ts'
import type { Client } from '../protocol/client.ts'
import { invalidRequest } from '../protocol/errors.ts'
import type { GrantType } from '../protocol/grant-types.ts'
import { parseScope } from '../protocol/scope.ts'
import type { IssuedTokens } from '../protocol/token-response.ts'

/** Reads one parameter of a grant, by its name; `undefined` is a parameter that is not there. */
export type ParameterReader<Value> = (value: string | undefined, name: string) => Value

export interface GrantRequest<Values> {
  /** The client, authenticated unless it is a public one. */
  readonly client: Client
  /** The parameters that the grant declares; others never reach it. */
  readonly parameters: Values
  /** The caller's address, as limits on strangers count it. */
  readonly source: () => Promise<string>
  readonly now: EpochSeconds
}

export interface Grant<Values, Services> {
  readonly grantType: GrantType
  /** RFC 6749 §2.1: who may use it. */
  readonly clientType: 'confidential' | 'any'
  readonly parameters: { readonly [Name in keyof Values]: ParameterReader<Values[Name]> }
  issue(request: GrantRequest<Values>, services: Services): Promise<IssuedTokens>
}

/** Names a grant; its parameters' types follow from their readers. */
export function defineGrant<Services>() {
  return <Values>(grant: Grant<Values, Services>): Grant<Values, Services> => grant
}

/** `scope`, RFC 6749 §3.3: the requested names, or nothing; throws `invalid_scope`. */
export const optionalScope: ParameterReader<readonly string[] | undefined> = (value) =>
  value === undefined ? undefined : parseScope(value)

/** A text that has to be there; throws `invalid_request`. */
export const required: ParameterReader<string> = (value, name) => {
  if (value === undefined) throw invalidRequest(`${name} is required`)
  return value
}

export const optional: ParameterReader<string | undefined> = (value) => value
