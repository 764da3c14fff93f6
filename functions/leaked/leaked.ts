import type { APIGatewayProxyEvent } from 'aws-lambda'
import { toResponse } from '../../shared/http/answer.ts'
import type { AccessTokenServices } from '../../shared/http/check-access-token.ts'
import { type EdgeEvent, endpoint, type Handler } from '../../shared/http/endpoint.ts'
import { toOAuthError } from '../../shared/http/failures.ts'
import { MAX_BODY_BYTES } from '../../shared/http/form-endpoint.ts'
import { issuerOf } from '../../shared/http/issuer.ts'
import { log } from '../../shared/http/log.ts'
import { type RateLimiter, rateHeaders, retryAfter } from '../../shared/http/rate-limit.ts'
import { type EpochSeconds, fromMilliseconds } from '../../shared/protocol/brands.ts'
import { tooManyRequests } from '../../shared/protocol/errors.ts'
import { sha256 } from '../../shared/protocol/hash.ts'
import type { Clock } from '../../shared/stores/memory.ts'
import { isLive, type TokenKind, type TokenStore } from '../../shared/stores/tokens.ts'
import { isOpaqueToken } from '../../shared/tokens/opaque-token.ts'
import { reportedTokens } from './reported-tokens.ts'

export interface LeakedServices extends Omit<AccessTokenServices, 'liveness'> {
  readonly revocations: Pick<TokenStore, 'revoke' | 'deny'>
  readonly limiter: RateLimiter
  /** The caller's address, as limits on strangers count it. */
  readonly source: (event: APIGatewayProxyEvent) => Promise<string>
  readonly clock: Clock
}

/** The one answer, so that nobody learns here whether a token is good. */
const accepted = { status: 'accepted' }

/**
 * Ends a token that somebody has found: whoever holds it could use it, so holding it is proof enough.
 *
 * Open to everyone, as scanners of leaked secrets need it; counted by source address. What is not answered
 * with 202 was not taken, and the reporter tries again: 429 above the limit, 5xx where the end could not be
 * written.
 */
export function leakedEndpoint(services: LeakedServices): Handler {
  const { config, limiter, source, clock } = services
  return endpoint([], async (event) => {
    const now = fromMilliseconds(clock())
    const rate = await limiter.count(`leaked:${await source(event.original)}`, config.leaked, now)
    const headers = rateHeaders(rate, now)
    if (!rate.allowed) throw tooManyRequests({ ...headers, 'Retry-After': retryAfter(rate, now) })
    try {
      await endReported(event, now, services)
    } catch (error) {
      throw toOAuthError(error).with(headers)
    }
    return toResponse({ status: 202, headers, body: accepted })
  })
}

async function endReported(event: EdgeEvent, now: EpochSeconds, services: LeakedServices): Promise<void> {
  let ended = 0
  for (const text of reportedTokens(event, MAX_BODY_BYTES)) {
    const kind = await end(text, event, now, services)
    if (kind === undefined) continue
    ended += 1
    log.warn('leaked token ended', { kind, token_hash: sha256(text) })
  }
  if (ended === 0) log.info('leak reported, nothing to end')
}

/** Ends a token that lives; form, checksum and signature come first, so that junk costs no read. */
async function end(
  text: string,
  event: EdgeEvent,
  now: EpochSeconds,
  { config, keys, verify, tokens, revocations }: LeakedServices,
): Promise<TokenKind | undefined> {
  const { accessToken, apiTokens } = config
  const isApiTokens = apiTokens !== undefined && isOpaqueToken(text, { format: 'prefixed', ...apiTokens })
  if (isApiTokens || (accessToken.format !== 'jwt' && isOpaqueToken(text, accessToken))) {
    const tokenHash = sha256(text)
    const stored = await tokens.find(tokenHash)
    if (!stored || !isLive(stored, now)) return undefined
    await revocations.revoke(tokenHash, now, 'leaked')
    return stored.kind
  }
  if (accessToken.format !== 'jwt' || !isJwtShaped(text)) return undefined
  const token = await verify(text, await keys(), issuerOf(config.issuer, event.original), now)
  if (!token) return undefined
  await revocations.deny(token.jti, token.expiresAt)
  return 'access_token'
}

/** RFC 7515 §7.1: three base64url parts. */
function isJwtShaped(text: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)
}
