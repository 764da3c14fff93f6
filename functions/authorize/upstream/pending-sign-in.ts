/**
 * A sign-in that is under way at the provider, kept in the browser that began it: nobody else can end it, so
 * nobody can be made to sign in as somebody else (RFC 9700 §4.7).
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { clearCookie, MAX_COOKIE_BYTES, setCookie, wireName } from '../../../shared/http/cookies.ts'
import type { PageRequest } from '../../../shared/http/pages/page-request.ts'
import { after, type Seconds, seconds } from '../../../shared/protocol/brands.ts'
import { seal, unseal } from '../../../shared/tokens/sealed-token.ts'
import type { SymmetricKeys } from '../../../shared/tokens/symmetric-keys.ts'
import type { UpstreamChecks } from './upstream.ts'

export interface PendingSignIn {
  readonly checks: UpstreamChecks
  /** The authorization request to go on with, as a query; nothing on the way to the account page. */
  readonly query: string | undefined
}

/** Long enough to find a password and a second factor. */
const LIFETIME = seconds(600)
const purpose = 'upstream-sign-in'
/** Name and attributes. */
const OVERHEAD = 200

/** @returns the cookie; nothing for an authorization request that is too long for one */
export async function keepPendingSignIn(
  { checks, query }: PendingSignIn,
  { issuer, now }: PageRequest,
  keys: SymmetricKeys,
): Promise<string | undefined> {
  const { state, nonce, verifier, maxAge } = checks
  const packed = query === undefined ? {} : { request: deflateRawSync(query).toString('base64url') }
  const asked = maxAge === undefined ? {} : { max_age: maxAge }
  const claims = { state, nonce, verifier, ...asked, ...packed }
  const text = await seal(claims, { purpose, issuer, keys }, now, after(now, LIFETIME))
  return text.length > MAX_COOKIE_BYTES - OVERHEAD ? undefined : setCookie('upstream', text, issuer, LIFETIME)
}

export async function readPendingSignIn(
  { cookies, issuer, now }: PageRequest,
  keys: SymmetricKeys,
): Promise<PendingSignIn | undefined> {
  const text = cookies.get(wireName('upstream', issuer))
  const claims = text === undefined ? undefined : await unseal(text, { purpose, issuer, keys }, now)
  if (!claims) return undefined
  const { state, nonce, verifier, max_age: maxAge, request, iat = now } = claims
  return {
    checks: {
      state: String(state),
      nonce: String(nonce),
      verifier: String(verifier),
      maxAge: typeof maxAge === 'number' ? sinceBegun(seconds(maxAge), seconds(now - iat)) : undefined,
    },
    query:
      typeof request === 'string' ? inflateRawSync(Buffer.from(request, 'base64url')).toString() : undefined,
  }
}

/** The age was asked for when the sign-in began; a person who took long over a second factor is not late. */
const sinceBegun = (maxAge: Seconds, elapsed: Seconds): Seconds => seconds(maxAge + elapsed)

/** A sign-in comes back once. */
export const forgetPendingSignIn = ({ issuer }: PageRequest): string => clearCookie('upstream', issuer)
