/** Which claims a match rule may name. */

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
