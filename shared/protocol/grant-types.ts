/**
 * The grant types Scrip knows, by their `grant_type` value.
 *
 * A grant that is added starts here: the configuration, the stack and the router follow from this list.
 */
export const grantTypes = ['client_credentials'] as const

export type GrantType = (typeof grantTypes)[number]

/** Whether `value` names a grant type that Scrip knows. */
export function isGrantType(value: string): value is GrantType {
  return (grantTypes as readonly string[]).includes(value)
}
