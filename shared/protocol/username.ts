/** User names, compared without regard to case, width and composition (RFC 8265 §3.3, UsernameCaseMapped). */

/** Longest user name, in characters after normalisation; e-mail addresses fit (RFC 5321 §4.5.3.1.3). */
export const MAX_USERNAME_LENGTH = 254

/**
 * The one spelling under which a user is kept.
 *
 * @returns nothing for what is no user name: empty, too long, or with white space, or with characters that
 *   nobody sees: controls, formats, halves of surrogate pairs, private use
 */
export function normaliseUsername(value: string): string | undefined {
  const normal = value.trim().normalize('NFKC').toLowerCase().normalize('NFC')
  const isName =
    normal.length > 0 && normal.length <= MAX_USERNAME_LENGTH && !/[\s\p{Cc}\p{Cf}\p{Cs}\p{Co}]/u.test(normal)
  return isName ? normal : undefined
}
