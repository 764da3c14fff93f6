/** An authorization request, RFC 6749 §4.1.1 and OpenID Connect Core 1.0 §3.1.2.1, once all of it is checked. */
import type { Seconds } from './brands.ts'
import type { Client } from './client.ts'

/** How the answer travels: in the query, or as a form that the browser posts (OAuth 2.0 Form Post Response Mode). */
export const responseModes = ['query', 'form_post'] as const

export type ResponseMode = (typeof responseModes)[number]

export const prompts = ['none', 'login', 'consent', 'select_account'] as const

export type Prompt = (typeof prompts)[number]

/** Where an answer goes. The URI was proven to be the client's. */
export interface ResponseTarget {
  readonly client: Client
  /** The parsed URL that was compared: the redirect is built from this and nothing else. */
  readonly redirectUri: URL
  /** `redirect_uri` as the request had it, if it had one: the exchange must repeat it (RFC 6749 §4.1.3). */
  readonly requestedRedirectUri: string | undefined
  readonly responseMode: ResponseMode
  readonly state: string | undefined
}

export interface AuthorizationRequest {
  readonly target: ResponseTarget
  /** Granted scope, once the user allows it. */
  readonly scope: readonly string[]
  readonly requestedScope: readonly string[] | undefined
  /** PKCE, method S256 (RFC 7636 §4.3). */
  readonly codeChallenge: string | undefined
  readonly prompts: ReadonlySet<Prompt>
  /** The user must have signed in no longer ago than this. */
  readonly maxAge: Seconds | undefined
  readonly nonce: string | undefined
  readonly loginHint: string | undefined
}
