/**
 * The path that an upstream is asked for.
 *
 * A REST API hands on `path` still percent-encoded, and `pathParameters` decoded ("REST APIs decode URL-encoded
 * request parameters before passing them to backend integrations", Amazon API Gateway important notes), although
 * some events were seen with both encoded. So the path alone is read, and the parameters must agree with it in
 * one form or the other. What the upstream gets is made anew: literals from the template, values encoded once.
 *
 * An upstream may decode once more than it should, or resolve dot segments after decoding. A segment that would
 * then mean another path than the one that was matched, and whose scope was checked, is refused here.
 */
import { pathSegments } from '../../../shared/config/route-path.ts'
import { invalidRequest, type OAuthError } from '../../../shared/protocol/errors.ts'

export interface RequestPath {
  /** Encoded, from the first literal of the route on. */
  readonly path: string
  /** Decoded values by name. */
  readonly parameters: Readonly<Record<string, string>>
}

export interface MatchedPath {
  /** The template that API Gateway matched. */
  readonly resource: string
  readonly path: string
  readonly pathParameters: Readonly<Record<string, string | undefined>> | null
}

/** @throws OAuthError 400, the same for every reason, for a path that might mean another one */
export function requestPath({ resource, path, pathParameters }: MatchedPath): RequestPath {
  if (!path.startsWith('/')) throw pathRefused('it does not begin with a slash')
  const arrived = path.slice(1).split('/').map(readSegment)
  const template = pathSegments(resource)
  const greedy = template.find(({ kind }) => kind === 'greedy')
  const told = (name: string): string =>
    pathParameters && Object.hasOwn(pathParameters, name) ? (pathParameters[name] ?? '') : ''
  const more = greedy?.kind === 'greedy' ? told(greedy.name).split('/').length - 1 : 0
  // The base path of a custom domain stands in front of what was matched.
  const before = arrived.length - template.length - more
  if (before < 0) throw pathRefused('it is shorter than its template')
  const parameters = new Map<string, string>()
  const encoded = template.map((segment, index) => {
    const place = before + index
    const matched = arrived.slice(place, segment.kind === 'greedy' ? undefined : place + 1)
    const value = matched.map(({ text }) => text).join('/')
    if (segment.kind === 'literal') {
      if (value !== segment.text) throw pathRefused('it is not what its template says')
      return segment.text
    }
    const asSent = matched.map(({ sent }) => sent).join('/')
    if (![value, asSent].includes(told(segment.name)))
      throw pathRefused(`${segment.name} is not what API Gateway read`)
    parameters.set(segment.name, value)
    return matched.map(({ text }) => encodeURIComponent(text)).join('/')
  })
  return { path: `/${encoded.join('/')}`, parameters: Object.fromEntries(parameters) }
}

interface Segment {
  readonly sent: string
  /** Decoded, once. */
  readonly text: string
}

function readSegment(sent: string): Segment {
  const text = decode(sent, 'it is not well encoded')
  const twice = decodeEscapes(text)
  for (const form of [sent, text, twice]) refuseUnsafe(form)
  // What hides deeper than twice means no harm to anybody, or is meant to do some.
  if (decodeEscapes(twice) !== twice) throw pathRefused('a segment is encoded three times')
  return { sent, text }
}

function refuseUnsafe(segment: string): void {
  if (segment === '') throw pathRefused('a segment is empty')
  // Servers that decode too early cut a path parameter (RFC 3986 §3.3), the query, the fragment or a space at the
  // end before they resolve dots.
  if (/^\.{1,2}([;?#\s]|$)/.test(segment)) throw pathRefused('a segment is made of dots')
  if (/[/\\]/.test(segment)) throw pathRefused('a segment has a slash in it')
  if (/\p{Cc}/u.test(segment)) throw pathRefused('a segment has a control character')
  if (!segment.isWellFormed()) throw pathRefused('a segment is no Unicode text')
}

/** Decodes what is an escape and keeps a percent sign that begins none: `100%` is a value like any other. */
export function decodeEscapes(text: string): string {
  return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (escapes) =>
    decode(escapes, 'it hides an escape that is no text'),
  )
}

function decode(text: string, reason: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw pathRefused(reason)
  }
}

/** @param reason for the log alone */
export function pathRefused(reason: string): OAuthError {
  return invalidRequest('The path is not valid', { reason: `the path: ${reason}` })
}
