/** Gives an authorization code, RFC 6749 §4.1.2. */
import { randomBytes } from 'node:crypto'
import { log } from '../../shared/http/log.ts'
import type { AuthorizationRequest } from '../../shared/protocol/authorization-request.ts'
import { after, type EpochSeconds, seconds } from '../../shared/protocol/brands.ts'
import { sha256 } from '../../shared/protocol/hash.ts'
import type { AuthorizationCodeStore } from '../../shared/stores/authorization-codes.ts'
import { newGrantId } from '../../shared/tokens/refresh-token.ts'
import type { Session } from '../../shared/tokens/session-token.ts'

/**
 * A new code, bound to everything that its exchange has to show again. Only its SHA-256 rests.
 *
 * @returns 256 random bits, base64url
 */
export async function giveCode(
  { target, scope, requestedScope, codeChallenge, nonce }: AuthorizationRequest,
  { username, subject, authTime }: Session,
  codes: Pick<AuthorizationCodeStore, 'create'>,
  ttlSeconds: number,
  now: EpochSeconds,
): Promise<string> {
  const code = randomBytes(32).toString('base64url')
  const { client, requestedRedirectUri } = target
  await codes.create({
    codeHash: sha256(code),
    clientId: client.clientId,
    username,
    subject,
    scope,
    authTime,
    grantId: newGrantId().toString('base64url'),
    issuedAt: now,
    expiresAt: after(now, seconds(ttlSeconds)),
    ...(requestedRedirectUri === undefined ? {} : { redirectUri: requestedRedirectUri }),
    ...(codeChallenge === undefined ? {} : { codeChallenge }),
    ...(requestedScope === undefined ? {} : { requestedScope }),
    ...(nonce === undefined ? {} : { nonce }),
  })
  log.info('authorization code given', { client_id: client.clientId, subject, scope })
  return code
}
