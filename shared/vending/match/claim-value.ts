/** What a claim's value means in a match rule. */

/** A value may have this many bytes of UTF-8 (vending.md, "Profile file"). */
const MAX_VALUE_BYTES = 256
/** Elements that a list may have: CI tokens have a handful, and each costs a comparison. */
const MAX_ELEMENTS = 100

export type ClaimValue =
  | { readonly kind: 'missing' }
  | { readonly kind: 'malformed' }
  /** The texts that a rule may match: one, or those of a list. */
  | { readonly kind: 'texts'; readonly texts: readonly string[] }

/**
 * White space, separators, and control, format (joiners, direction marks) and surrogate characters, all of
 * Unicode's: what a reader of an audit line would not see, or would see elsewhere than where it stands.
 */
const unseen = /[\s\p{Z}\p{Cc}\p{Cf}\p{Cs}]/u

/** Whether a text is short enough to be matched, and free of characters that hide what it says. */
function isSoundText(text: string): boolean {
  return !unseen.test(text) && Buffer.byteLength(text, 'utf8') <= MAX_VALUE_BYTES
}

/**
 * Reads one claim for a rule.
 *
 * - A string is itself, compared exactly.
 * - A whole number that JavaScript holds exactly is its decimal text without a plus sign, exponent or leading
 *   zeros (`42`, `-7`); any other number is malformed, since its text would depend on who writes it.
 * - A boolean is `true` or `false`.
 * - A list matches where any of its elements does: `oidc.circleci.com/context-ids` says "is one of the job's
 *   contexts", and a rule asks for one. Each element has to be sound, and none may be a list; an empty list
 *   matches nothing.
 * - `null` and objects are malformed.
 *
 * @param claims the verified token's claims; what their prototype has is none
 */
export function readClaim(claims: Readonly<Record<string, unknown>>, name: string): ClaimValue {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined
  if (value === undefined) return { kind: 'missing' }
  const elements: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (elements.length > MAX_ELEMENTS) return { kind: 'malformed' }
  const texts = elements.map(toText).filter((text) => text !== undefined)
  return texts.length === elements.length ? { kind: 'texts', texts } : { kind: 'malformed' }
}

function toText(value: unknown): string | undefined {
  if (typeof value === 'string') return isSoundText(value) ? value : undefined
  if (typeof value === 'boolean') return String(value)
  return Number.isSafeInteger(value) ? String(value) : undefined
}
