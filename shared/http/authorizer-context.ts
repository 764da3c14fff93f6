/**
 * What the authorizer tells the functions behind it: who calls, from where, and where that caller stands in its rate.
 *
 * API Gateway hands it on as texts, in the function's `requestContext.authorizer`. A caller cannot write there.
 */
import type { APIGatewayProxyEvent } from 'aws-lambda'
import { type ClientId, clientId, type EpochSeconds, epochSeconds } from '../protocol/brands.ts'
import {
  CHALLENGE_CONTEXT_NAME,
  RETRY_AFTER_CONTEXT_NAME,
  rateContextNames,
} from '../protocol/rate-headers.ts'
import { formatScope, parseScope } from '../protocol/scope.ts'
import type { TokenKind } from '../stores/tokens.ts'
import { type RateState, rateHeaders, retryAfter } from './rate-limit.ts'

/** Who presented which token. */
export interface ApiCaller {
  readonly kind: TokenKind
  /** Names the token without giving it away: an opaque token's SHA-256, or a JWT's `jti`. */
  readonly tokenId: string
  /** An API token's name. */
  readonly name?: string
  /** Whom the token stands for: a user, a client, or the account that owns an API token. */
  readonly subject: string
  readonly username?: string
  /** The app that the token was issued to; an API token has none. */
  readonly clientId?: ClientId
  /** Who owns the API token, or the app. */
  readonly account?: string
  /** Granted scope. */
  readonly scope: readonly string[]
  /** Name of the rate tier. */
  readonly tier: string
  readonly issuedAt: EpochSeconds
  /** Never, where it is left out. */
  readonly expiresAt?: EpochSeconds
}

export interface AuthorizedRequest {
  readonly caller: ApiCaller
  readonly rate: RateState
  /** The address that it came from: behind an edge the viewer's, which the edge's secret proves. */
  readonly address: string
}

export type AuthorizerContext = Readonly<Record<string, string>>

/** Who is within its rate is throttled with the whole stage alone, which takes others in no time. */
const THROTTLED_SECONDS = '1'

/** For a caller that is let in, be it within its rate or over it: the function answers a 429. */
export function contextOf(
  { caller, rate, address }: AuthorizedRequest,
  now: EpochSeconds,
): AuthorizerContext {
  const { scope, issuedAt, expiresAt, ...texts } = caller
  return {
    ...texts,
    scope: formatScope(scope),
    issuedAt: String(issuedAt),
    ...(expiresAt === undefined ? {} : { expiresAt: String(expiresAt) }),
    address,
    rateAllowed: String(rate.allowed),
    [RETRY_AFTER_CONTEXT_NAME]: rate.allowed ? THROTTLED_SECONDS : retryAfter(rate, now),
    ...rateContext(rate, now),
  }
}

/** For a caller that is refused: what API Gateway's own 401 tells it. */
export function refusalContext(challenge: string, rate: RateState, now: EpochSeconds): AuthorizerContext {
  return { [CHALLENGE_CONTEXT_NAME]: challenge, ...rateContext(rate, now) }
}

function rateContext(rate: RateState, now: EpochSeconds): AuthorizerContext {
  return Object.fromEntries(
    Object.entries(rateHeaders(rate, now)).map(([header, value]) => [
      rateContextNames[header as keyof typeof rateContextNames],
      value,
    ]),
  )
}

/**
 * Reads what the authorizer told.
 *
 * @throws Error when the method stands behind no authorizer, which is a fault of the deployment
 */
export function readAuthorizedRequest({ requestContext }: APIGatewayProxyEvent): AuthorizedRequest {
  const context = (requestContext.authorizer ?? {}) as Readonly<Record<string, string | undefined>>
  const required = (name: string): string => {
    const value = context[name]
    if (value === undefined)
      throw new Error(`the authorizer told no ${name}: is there one before this route?`)
    return value
  }
  const { name, username, clientId: client, account, expiresAt } = context
  return {
    caller: {
      kind: required('kind') === 'api_token' ? 'api_token' : 'access_token',
      tokenId: required('tokenId'),
      subject: required('subject'),
      scope: parseScope(required('scope')),
      tier: required('tier'),
      issuedAt: epochSeconds(Number(required('issuedAt'))),
      ...(name === undefined ? {} : { name }),
      ...(username === undefined ? {} : { username }),
      ...(client === undefined ? {} : { clientId: clientId(client) }),
      ...(account === undefined ? {} : { account }),
      ...(expiresAt === undefined ? {} : { expiresAt: epochSeconds(Number(expiresAt)) }),
    },
    rate: {
      allowed: required('rateAllowed') === 'true',
      limit: Number(required(rateContextNames['X-RateLimit-Limit'])),
      remaining: Number(required(rateContextNames['X-RateLimit-Remaining'])),
      reset: epochSeconds(Number(required(rateContextNames['X-RateLimit-Reset']))),
    },
    address: required('address'),
  }
}
