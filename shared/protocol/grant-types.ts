/**
 * The grant types Scrip knows, by their `grant_type` value.
 *
 * A grant that is added starts here: the configuration, the stack and the router follow from this list.
 */
export const grantTypes = ['authorization_code', 'client_credentials', 'password', 'refresh_token'] as const

export type GrantType = (typeof grantTypes)[number]

/** Whether `value` names a grant type that Scrip knows. */
export function isGrantType(value: string): value is GrantType {
  return (grantTypes as readonly string[]).includes(value)
}

/** Whether a deployment with these grants signs people in. */
export function hasUsers(grants: Readonly<Partial<Record<GrantType, unknown>>>): boolean {
  return grants.authorization_code !== undefined || grants.password !== undefined
}
