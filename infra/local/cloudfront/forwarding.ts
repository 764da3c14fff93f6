/** The request that CloudFront sends to an origin. */
import { type HeaderField, type HttpRequest, headerValue, withoutHeaders } from '../http/types.ts'
import type { Behavior, ForwardingPolicy, Origin, Selection } from './types.ts'

/** Never passed on, whatever the policies say. */
const removed = [
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
  'x-amz-cf-id',
  'x-edge-location',
  'x-forwarded-proto',
  'x-real-ip',
  'cookie',
  'x-forwarded-for',
]

/** Passed on without any policy, since they describe the body. */
const always = ['content-type', 'content-length']

/** Headers that CloudFront makes itself, as far as the local stack can. */
export const cloudFrontHeaders: Readonly<Record<string, (request: HttpRequest) => string>> = {
  'cloudfront-viewer-address': ({ sourceIp, sourcePort }) => `${sourceIp}:${sourcePort}`,
  'cloudfront-forwarded-proto': () => 'https',
  'cloudfront-viewer-http-version': ({ protocol }) => protocol.replace('HTTP/', ''),
}

/** Where CloudFront seems to call from; an address of its own range. */
const edgeAddress = '130.176.0.1'

/** @param requestId CloudFront's, which the origin gets as `X-Amz-Cf-Id` */
export function originRequest(
  request: HttpRequest,
  behavior: Behavior,
  origin: Origin,
  requestId: string,
): HttpRequest {
  const [path = '/', query] = splitTarget(request.target)
  const forwardedQuery = selectQuery(query, behavior.forwarding)
  return {
    ...request,
    target: `${origin.path}${path}${forwardedQuery}`,
    headers: originHeaders(request, behavior, origin, requestId),
    sourceIp: edgeAddress,
    sourcePort: 443,
  }
}

function originHeaders(
  request: HttpRequest,
  { forwarding }: Behavior,
  origin: Origin,
  requestId: string,
): HeaderField[] {
  const own = new Set(
    forwarding.flatMap((policy) => policy.cloudFrontHeaders.map((name) => name.toLowerCase())),
  )
  const passes = (name: string) =>
    always.includes(name) || forwarding.some(({ headers }) => selects(headers, name))
  const viewer = withoutHeaders(request.headers, ...removed, ...own).filter(([name]) =>
    passes(name.toLowerCase()),
  )
  const names = new Set(viewer.map(([name]) => name.toLowerCase()))
  const cookie = selectCookies(headerValue(request.headers, 'cookie'), forwarding)
  const forwardedFor = headerValue(request.headers, 'x-forwarded-for')
  const custom = origin.customHeaders.map(([name]) => name.toLowerCase())
  return [
    ...(names.has('host') ? [] : [['Host', origin.domainName] as const]),
    ...(names.has('user-agent') ? [] : [['User-Agent', 'Amazon CloudFront'] as const]),
    // A viewer's header of the same name is replaced: the origin may trust what it finds there.
    ...withoutHeaders(viewer, ...custom),
    ...(cookie === undefined ? [] : [['Cookie', cookie] as const]),
    ...[...own].map((name): HeaderField => [headerCase(name), cloudFrontHeaders[name]?.(request) ?? '']),
    [
      'X-Forwarded-For',
      forwardedFor === undefined ? request.sourceIp : `${forwardedFor}, ${request.sourceIp}`,
    ],
    ['Via', `${request.protocol.replace('HTTP/', '')} local.cloudfront.net (CloudFront)`],
    ['X-Amz-Cf-Id', requestId],
    ...origin.customHeaders,
  ]
}

/** `?a=b` as far as a policy lets it through, or nothing. */
function selectQuery(query: string | undefined, forwarding: readonly ForwardingPolicy[]): string {
  if (query === undefined) return ''
  if (forwarding.some(({ queryStrings }) => queryStrings.kind === 'all')) return `?${query}`
  const kept = query.split('&').filter((pair) => {
    const name = pair.split('=')[0] ?? ''
    return forwarding.some(({ queryStrings }) => selects(queryStrings, name))
  })
  return kept.length > 0 ? `?${kept.join('&')}` : ''
}

function selectCookies(
  cookie: string | undefined,
  forwarding: readonly ForwardingPolicy[],
): string | undefined {
  const pairs = (cookie ?? '').split(';').map((pair) => pair.trim())
  const kept = pairs.filter(
    (pair) => pair !== '' && forwarding.some(({ cookies }) => selects(cookies, pair.split('=')[0] ?? '')),
  )
  return kept.length > 0 ? kept.join('; ') : undefined
}

function selects(selection: Selection, name: string): boolean {
  switch (selection.kind) {
    case 'none':
      return false
    case 'all':
      return true
    case 'only':
      return selection.names.includes(name)
    case 'all except':
      return !selection.names.includes(name)
  }
}

function splitTarget(target: string): [string, string | undefined] {
  const mark = target.indexOf('?')
  return mark < 0 ? [target, undefined] : [target.slice(0, mark), target.slice(mark + 1)]
}

function headerCase(name: string): string {
  const words = name.split('-').map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
  return words.join('-').replace('Cloudfront', 'CloudFront')
}
