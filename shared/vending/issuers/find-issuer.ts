/** Whose token it is: several settings may name one issuer (two organizations at Buildkite). */
import type { VendIssuer } from '../../config/vend-types.ts'
import type { JsonObject } from '../json.ts'

export type IssuerFinding =
  | { readonly kind: 'found'; readonly issuer: VendIssuer }
  /** The reason is for the log. */
  | { readonly kind: 'refused'; readonly reason: string }

/**
 * Finds the setting for the token's `iss` that has no fault to find with it.
 *
 * @param faultOf what is wrong with the token for one of those settings
 */
export function findIssuer(
  { iss }: JsonObject,
  issuers: readonly VendIssuer[],
  faultOf: (issuer: VendIssuer) => string | undefined,
): IssuerFinding {
  let reason: string | undefined
  for (const issuer of issuers.filter((candidate) => candidate.issuer === iss)) {
    const fault = faultOf(issuer)
    if (fault === undefined) return { kind: 'found', issuer }
    reason ??= fault
  }
  return { kind: 'refused', reason: reason ?? 'an issuer that is not configured' }
}
