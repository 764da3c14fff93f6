/** Which claims a match rule may name. */
import type { VendIssuer } from '../../config/vend-types.ts'

/** Claims that rules of a profile file may name: a profile may be for the callers of any issuer. */
export function allowedByAny(issuers: readonly Pick<VendIssuer, 'allowedClaims'>[]): readonly string[] {
  return [...new Set(issuers.flatMap(({ allowedClaims }) => allowedClaims))]
}

/**
 * Whether a rule may name `claim`.
 *
 * @param allowed claim names; one that ends in `:` allows every longer name that begins with it, so that
 *   `agent_tag:` allows `agent_tag:queue`
 */
export function isAllowedClaim(claim: string, allowed: readonly string[]): boolean {
  return allowed.some((name) =>
    name.endsWith(':') ? claim.startsWith(name) && claim.length > name.length : claim === name,
  )
}
