/** Lambda@Edge on origin responses: the event, and CloudFront's checks of what comes back. */
import type { HeaderField, HttpRequest, HttpResponse } from '../http/types.ts'
import { isObject, type Json, type JsonObject, parseJson } from '../json.ts'
import type { Distribution, Origin } from './types.ts'

/** Headers that a function neither sees nor may add ("Restrictions on all edge functions"). */
const disallowed =
  /^(connection|expect|keep-alive|proxy-(authenticate|authorization|connection)|trailer|upgrade|x-accel-(buffering|charset|limit-rate|redirect)|x-amz-cf-.*|x-amzn-(auth|cf-billing|cf-id|cf-xff|errortype|fle-profile|header-count|header-order|lambda-integration-tag|requestid)|x-cache|x-edge-.*|x-forwarded-proto|x-real-ip)$/

/** Headers that it sees but may not change in an origin response. */
const readOnly = ['transfer-encoding', 'via']

/** The event of an origin-response function. */
export function originResponseEvent(
  distribution: Distribution,
  origin: Origin,
  sent: HttpRequest,
  clientIp: string,
  response: HttpResponse,
  requestId: string,
): Json {
  const [uri = '/', querystring = ''] = sent.target.slice(origin.path.length).split('?')
  return {
    Records: [
      {
        cf: {
          config: {
            distributionDomainName: distribution.domainName,
            distributionId: distribution.id,
            eventType: 'origin-response',
            requestId,
          },
          request: {
            clientIp,
            headers: visibleHeaders(sent.headers),
            method: sent.method,
            origin: {
              custom: {
                customHeaders: edgeHeaders(origin.customHeaders),
                domainName: origin.domainName,
                keepaliveTimeout: 5,
                path: origin.path,
                port: 443,
                protocol: 'https',
                readTimeout: 30,
                sslProtocols: ['TLSv1.2'],
              },
            },
            querystring,
            uri,
          },
          response: {
            headers: visibleHeaders(response.headers),
            status: String(response.status),
            statusDescription: '',
          },
        },
      },
    ],
  }
}

/**
 * The answer that the function made of the origin's.
 *
 * @param payload what it returned, as JSON text
 * @returns the reason as text where CloudFront's validation fails, which the viewer sees as 502
 */
export function applyEdgeResult(payload: string, original: HttpResponse): HttpResponse | string {
  const result = parseJson(payload)
  if (!isObject(result)) return 'the result is no object'
  const status = Number(result.status)
  if (!Number.isInteger(status) || status < 100 || status > 599)
    return `status ${JSON.stringify(result.status)}`
  const headers = readHeaders(isObject(result.headers) ? result.headers : {})
  if (typeof headers === 'string') return headers
  const fault = headerFault(headers, original.headers)
  if (fault !== undefined) return fault
  const hidden = original.headers.filter(([name]) => disallowed.test(name.toLowerCase()))
  const body =
    typeof result.body === 'string' ? Buffer.from(result.body, bodyEncoding(result)) : original.body
  return { status, headers: [...headers, ...hidden], body }
}

function headerFault(headers: readonly HeaderField[], original: readonly HeaderField[]): string | undefined {
  const forbidden = headers.find(([name]) => disallowed.test(name.toLowerCase()))
  if (forbidden) return `header ${forbidden[0]} is not allowed`
  const changed = readOnly.find((name) => valuesOf(headers, name) !== valuesOf(original, name))
  return changed === undefined ? undefined : `header ${changed} is read-only`
}

function readHeaders(headers: JsonObject): HeaderField[] | string {
  const fields: HeaderField[] = []
  for (const [name, values] of Object.entries(headers)) {
    if (name !== name.toLowerCase()) return `header ${name} is not in lower case`
    for (const entry of Array.isArray(values) ? values : [values]) {
      if (!isObject(entry) || typeof entry.value !== 'string') return `header ${name} has no value`
      const key = entry.key ?? name
      if (typeof key !== 'string' || key.toLowerCase() !== name)
        return `header ${name} has the key ${JSON.stringify(key)}`
      fields.push([key, entry.value])
    }
  }
  return fields
}

function visibleHeaders(headers: readonly HeaderField[]): Json {
  return edgeHeaders(headers.filter(([name]) => !disallowed.test(name.toLowerCase())))
}

function edgeHeaders(headers: readonly HeaderField[]): Json {
  const result: Record<string, { key: string; value: string }[]> = {}
  for (const [key, value] of headers) {
    const name = key.toLowerCase()
    result[name] = [...(result[name] ?? []), { key, value }]
  }
  return result
}

function valuesOf(headers: readonly HeaderField[], name: string): string {
  return JSON.stringify(headers.filter(([field]) => field.toLowerCase() === name).map(([, value]) => value))
}

function bodyEncoding(result: JsonObject): BufferEncoding {
  return result.bodyEncoding === 'base64' ? 'base64' : 'utf8'
}
