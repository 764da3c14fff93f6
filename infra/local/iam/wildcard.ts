/** Patterns with `*` (any run of characters) and `?` (any one), as IAM, Lambda permissions and CloudFront use them. */
export function matchesWildcard(pattern: string, text: string): boolean {
  const known = compiled.get(pattern)
  if (known) return known.test(text)
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^]*')
    .replaceAll('?', '[^]')
  const expression = new RegExp(`^${source}$`)
  if (compiled.size >= maximumCompiled) compiled.clear()
  compiled.set(pattern, expression)
  return expression.test(text)
}

/** The template has only so many patterns, but an authorizer may return a new one with each answer. */
const maximumCompiled = 1000
const compiled = new Map<string, RegExp>()

/**
 * As `matchesWildcard`, for ARNs: each of the six colon-separated parts is matched on its own, so that a `*`
 * in one part never reaches over into the next.
 */
export function matchesArn(pattern: string, arn: string): boolean {
  const patterns = arnParts(pattern)
  const parts = arnParts(arn)
  return (
    patterns.length === parts.length &&
    patterns.every((part, index) => matchesWildcard(part, parts[index] ?? ''))
  )
}

function arnParts(arn: string): string[] {
  const parts = arn.split(':')
  return [...parts.slice(0, 5), parts.slice(5).join(':')]
}
