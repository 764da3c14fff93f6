/**
 * Who asks: a CI job's token is verified (vending.md, "JWT"; RFC 7519 §7.2, RFC 8725).
 *
 * Everything that costs nothing is looked at before a key is: whoever sends junk makes us fetch nothing, and a token
 * of an issuer that is not configured is not looked into at all.
 */
import { errors, jwtVerify } from 'jose'
import type { VendIssuer } from '../../config/vend-types.ts'
import { bearerToken } from '../../protocol/bearer-token.ts'
import type { EpochSeconds } from '../../protocol/brands.ts'
import type { CiCaller } from '../types.ts'
import { CLOCK_SKEW_SECONDS, callerOf, claimsFault } from './claims.ts'
import { type DecodedJwt, decodeJwt, headerFault } from './decode.ts'
import { findIssuer } from './find-issuer.ts'
import type { IssuerKeys } from './issuer-keys.ts'

export type CiVerification =
  | { readonly kind: 'caller'; readonly caller: CiCaller; readonly issuer: VendIssuer }
  /** No `Authorization` at all. */
  | { readonly kind: 'absent' }
  /** The reason is for the audit log; the caller reads the same for all of them. It quotes nothing of the token. */
  | { readonly kind: 'refused'; readonly reason: string }
  /**
   * The issuer's keys cannot be had, so nothing can be said of the token: a failure of ours, not of the caller. It is
   * told apart from a refusal although a forged token comes here too: a 401 would have every job look for the fault
   * in its token, and hide the outage.
   */
  | { readonly kind: 'unavailable'; readonly reason: string }

export interface VerificationServices {
  /** The keys of a configured issuer: `issuerKeys`, made once for the life of the environment. */
  readonly keys: (issuer: VendIssuer) => IssuerKeys
}

/** Characters: what API Gateway takes for a request line and all headers together, so no longer one can come. */
const MAX_TOKEN_LENGTH = 10_240

/**
 * Verifies the CI token of a request.
 *
 * @param authorization values of the `Authorization` header, one for each time that it was sent
 * @param issuers those that are believed
 * @param now the time, in seconds
 * @throws nothing that a token can cause
 */
export async function verifyCiToken(
  authorization: readonly string[],
  issuers: readonly VendIssuer[],
  { keys }: VerificationServices,
  now: EpochSeconds,
): Promise<CiVerification> {
  const bearer = bearerToken(authorization)
  if (bearer.kind === 'none') return { kind: 'absent' }
  if (bearer.kind === 'malformed') return refused(bearer.reason)
  if (bearer.text.length > MAX_TOKEN_LENGTH) return refused('the token is too long')
  const decoded = decodeJwt(bearer.text)
  if (decoded.kind === 'refused') return decoded
  const finding = findIssuer(decoded.claims, issuers, (candidate) => faultOf(decoded, candidate, now))
  if (finding.kind === 'refused') return finding
  const { issuer } = finding

  const { alg, kid } = decoded.header
  const found = await keys(issuer).find({
    alg: String(alg),
    ...(typeof kid === 'string' ? { kid } : {}),
  })
  if (found.kind === 'none') return refused(found.reason)
  if (found.kind === 'unavailable') return found
  try {
    const { payload } = await jwtVerify(bearer.text, found.key, {
      algorithms: [...issuer.algorithms],
      issuer: issuer.issuer,
      audience: issuer.audience,
      clockTolerance: CLOCK_SKEW_SECONDS,
      currentDate: new Date(now * 1000),
    })
    return { kind: 'caller', caller: callerOf(payload, issuer), issuer }
  } catch (error) {
    return refused(
      error instanceof errors.JOSEError ? `not verified: ${error.code}` : 'the key cannot be used',
    )
  }
}

function faultOf({ header, claims }: DecodedJwt, issuer: VendIssuer, now: EpochSeconds): string | undefined {
  return headerFault(header, issuer.algorithms) ?? claimsFault(claims, issuer, now)
}

const refused = (reason: string): CiVerification => ({ kind: 'refused', reason })
