/**
 * Whether a profile can be asked for by this name (vending.md, "Errors"): 1 to 100 characters, none of which could be
 * taken for a prefix, break a line of the log, or not be seen in it.
 */
export function isProfileName(name: string): boolean {
  return /^[^:\s\p{Z}\p{Cc}\p{Cf}\p{Cs}]{1,100}$/u.test(name)
}
