/** What hostile CI tokens are made from, and why they are refused. */
import type { EpochSeconds } from '../../shared/protocol/brands.ts'
import type { buildkiteClaims } from './ci-claims.ts'
import type { CiKey } from './ci-issuer.ts'

export type HostileJwt = readonly [what: string, token: string, reason: string]

export interface HostileWorld {
  /** Claims that are good. */
  readonly claims: ReturnType<typeof buildkiteClaims>
  /** The issuer's keys: `rsa` signs by RS256, `ec` by ES256, and `ed` by EdDSA. */
  readonly key: CiKey
  readonly elliptic: CiKey
  readonly edwards: CiKey
  /** Of `elliptic`, PEM. */
  readonly certificate: string
  /** A key with the id of `key` that is not the issuer's. */
  readonly stranger: CiKey
  /** Where no request may come. */
  readonly canary: string
  readonly now: EpochSeconds
}

export const reasons = {
  encoding: 'a part is not canonical base64url',
  header: 'the header is not an object with unique names',
  claims: 'the claims are not an object with unique names',
  algorithm: 'the algorithm is not one of the issuer',
  signature: 'not verified: ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
}
