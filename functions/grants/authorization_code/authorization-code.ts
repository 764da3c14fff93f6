import { defineGrant, optional, required } from '../../../shared/http/grant.ts'
import { beginGrant, type IssuingServices } from '../../../shared/http/issue-tokens.ts'
import { after, type EpochSeconds, seconds } from '../../../shared/protocol/brands.ts'
import type { Client } from '../../../shared/protocol/client.ts'
import { invalidGrant } from '../../../shared/protocol/errors.ts'
import { sha256 } from '../../../shared/protocol/hash.ts'
import { verifierMatches } from '../../../shared/protocol/pkce.ts'
import type { AuthorizationCode, AuthorizationCodeStore } from '../../../shared/stores/authorization-codes.ts'
import type { ConsentStore } from '../../../shared/stores/consents.ts'
import type { GrantStore } from '../../../shared/stores/grants.ts'
import { gidOf } from '../../../shared/tokens/refresh-token.ts'

export interface AuthorizationCodeServices extends IssuingServices {
  readonly codes: Pick<AuthorizationCodeStore, 'find' | 'consume'>
  readonly consents: Pick<ConsentStore, 'find'>
  readonly revocations: Pick<GrantStore, 'revoke'>
}

interface Shown {
  readonly redirect_uri: string | undefined
  readonly code_verifier: string | undefined
}

/** Tokens of a code that is seen twice are dead at least this long: longer than any of them lives. */
const REVOCATION_KEPT = seconds(10 * 366 * 86_400)

/**
 * Authorization code grant, RFC 6749 §4.1.3, with PKCE (RFC 7636 §4.5).
 *
 * One conditional write consumes the code, after every check and before any token exists. A code that is shown
 * twice gives up what the first showing got (§4.1.2).
 */
export const authorizationCode = defineGrant<AuthorizationCodeServices>()({
  grantType: 'authorization_code',
  clientType: 'any',
  parameters: { code: required, redirect_uri: optional, code_verifier: optional },

  async issue({ client, parameters, now }, services) {
    const code = await services.codes.find(sha256(parameters.code))
    if (!code) throw invalidGrant('unknown authorization code')
    checkBinding(code, client, parameters)
    if (await isWithdrawn(code, services)) throw invalidGrant('the consent was withdrawn')
    const grantId = Buffer.from(code.grantId, 'base64url')
    await consume(code, gidOf(grantId), now, services)
    const { username, subject, scope, requestedScope, authTime, nonce } = code
    const optionals = { ...(nonce === undefined ? {} : { nonce }) }
    const authorization = { client, subject, username, scope, requestedScope, authTime, now, ...optionals }
    const issued = await beginGrant('authorization_code', authorization, services, grantId)
    // Asked again, now that there is a grant: a withdrawal that ended in between has found none to revoke.
    if (!(await isWithdrawn(code, services))) return issued
    await services.revocations.revoke(gidOf(grantId), now, after(now, REVOCATION_KEPT))
    throw invalidGrant('the consent was withdrawn meanwhile')
  },
})

async function isWithdrawn(
  { username, clientId, issuedAt }: AuthorizationCode,
  { consents }: AuthorizationCodeServices,
): Promise<boolean> {
  const consent = await consents.find(username, clientId)
  return consent?.validAfter !== undefined && consent.validAfter >= issuedAt
}

/** The code is this client's, for this redirect URI, and its sender has the verifier. */
function checkBinding(code: AuthorizationCode, client: Client, shown: Shown): void {
  if (code.clientId !== client.clientId) throw invalidGrant('the code is another client’s')
  // §4.1.3: identical when it "was included in the authorization request", and not there when it was not.
  if (shown.redirect_uri !== code.redirectUri) throw invalidGrant('redirect_uri is not that of the request')
  const { code_verifier: verifier } = shown
  if (code.codeChallenge === undefined) {
    // RFC 9700 §2.1.1: a verifier without a challenge is a downgrade attempt.
    if (verifier !== undefined) throw invalidGrant('code_verifier without code_challenge')
  } else if (verifier === undefined) throw invalidGrant('code_verifier is missing')
  else if (!verifierMatches(code.codeChallenge, verifier)) throw invalidGrant('code_verifier does not match')
}

async function consume(
  code: AuthorizationCode,
  gid: string,
  now: EpochSeconds,
  { codes, revocations }: AuthorizationCodeServices,
): Promise<void> {
  const outcome = await codes.consume(code.codeHash, now)
  if (outcome === 'consumed') return
  if (outcome === 'replayed') await revocations.revoke(gid, now, after(now, REVOCATION_KEPT))
  throw invalidGrant(`authorization code ${outcome}`)
}
