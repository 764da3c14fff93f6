/** Texts from elsewhere, made fit for the log. */

const MAX_CHARACTERS = 200

/**
 * GitHub's installation tokens of both formats (about 520 characters since 2026-04, dots included), its other
 * tokens, Buildkite's, and JWTs; whatever stands right before them.
 */
const secrets =
  /gh[a-z]_[A-Za-z0-9._-]{20,}|github_pat_\w{20,}|bk[a-z]{1,4}_[A-Za-z0-9]{20,}|eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,4}/g

/** A text without tokens, control characters and line breaks, cut to 200 characters. */
export function redact(text: string): string {
  // Cut only after that: half a token is no longer recognised as one.
  return text
    .replaceAll(secrets, '[redacted]')
    .replaceAll(/[\p{C}\p{Z}]+/gu, ' ')
    .slice(0, MAX_CHARACTERS)
}
