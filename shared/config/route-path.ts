/** Paths of the team's API, as a configuration writes them and API Gateway takes them. */

/** One segment: a literal, a parameter, or a parameter that takes all that remains. */
export type PathSegment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'greedy'; readonly name: string }

/** Characters that mean only themselves in a path (RFC 3986 §2.3), less `~`, which API Gateway does not take. */
const unreserved = /^[A-Za-z0-9._-]{1,100}$/

export function pathSegments(path: string): PathSegment[] {
  return path
    .split('/')
    .slice(1)
    .map((text) => {
      const [, name, plus] = /^\{([A-Za-z][A-Za-z0-9_]{0,39})(\+?)\}$/.exec(text) ?? []
      if (name === undefined) return { kind: 'literal', text }
      return plus === '+' ? { kind: 'greedy', name } : { kind: 'parameter', name }
    })
}

/** What is wrong with the path of a route; nothing when it can be one. */
export function routePathFault(path: string): string | undefined {
  if (!path.startsWith('/') || path === '/') return 'a path such as /api/v1/jobs/{id}'
  const segments = pathSegments(path)
  const names = segments.flatMap((segment) => (segment.kind === 'literal' ? [] : [segment.name]))
  if (segments.some((segment) => segment.kind === 'literal' && !isPlainSegment(segment.text)))
    return 'a path whose segments are letters, digits, . _ and -, or a {name}; without dot segments and without a slash at the end'
  // The edge caches what is there, and hands none of the headers on.
  if (path.split('/')[1] === '.well-known') return "a path outside of /.well-known, which is Scrip's"
  // Of the service's own health check (Amazon API Gateway important notes).
  if (/^\/s?ping$/.test(path)) return 'another path: API Gateway keeps /ping and /sping to itself'
  if (segments.slice(0, -1).some(({ kind }) => kind === 'greedy')) return 'a {name+} only as the last segment'
  if (new Set(names).size < names.length) return 'a path that names each parameter once'
  return undefined
}

function isPlainSegment(text: string): boolean {
  return unreserved.test(text) && text !== '.' && text !== '..'
}

/** Whether some request path fits both: a parameter fits any segment, a greedy one all that remain. */
export function pathsOverlap(one: string, other: string): boolean {
  return segmentsOverlap(pathSegments(one), pathSegments(other))
}

/**
 * Whether a path takes a request for these segments, its literals written in any case: Express, for one, routes so.
 *
 * @param segments decoded
 */
export function takesInAnyCase(path: string, segments: readonly string[]): boolean {
  const literals = segments.map((text) => ({ kind: 'literal', text: text.toLowerCase() }) as const)
  return segmentsOverlap(pathSegments(path.toLowerCase()), literals)
}

/** In the order in which API Gateway prefers them, from the first segment on. */
const preference = { literal: 0, parameter: 1, greedy: 2 } as const

/** Whether API Gateway prefers the one of two paths that take the same request. */
export function isMoreSpecific(one: string, other: string): boolean {
  return preferenceOf(one) < preferenceOf(other)
}

function preferenceOf(path: string): string {
  return pathSegments(path)
    .map(({ kind }) => preference[kind])
    .join('')
}

function segmentsOverlap(one: readonly PathSegment[], other: readonly PathSegment[]): boolean {
  const [first, ...rest] = one
  const [second, ...others] = other
  if (!first || !second) return !first && !second
  // A greedy parameter takes at least one segment.
  if (first.kind === 'greedy' || second.kind === 'greedy') return true
  const differ = first.kind === 'literal' && second.kind === 'literal' && first.text !== second.text
  return !differ && segmentsOverlap(rest, others)
}
