/** What a Lambda proxy integration returns, and what API Gateway makes of it. */

import type { HeaderField } from '../http/types.ts'
import { isObject, type Json, parseJson } from '../json.ts'

export type ProxyResponse = {
  readonly status: number
  readonly headers: readonly HeaderField[]
  readonly body: Buffer
}

const members = ['statusCode', 'headers', 'multiValueHeaders', 'body', 'isBase64Encoded']

/**
 * Header names that API Gateway gives the prefix `x-amzn-Remapped-`, or drops, in a function's answer.
 * From "Amazon API Gateway important notes", as far as its list was seen to be followed.
 */
const remapped = new Set([
  'authorization',
  'connection',
  'content-length',
  'content-md5',
  'date',
  'expect',
  'host',
  'max-forwards',
  'proxy-authenticate',
  'server',
  'trailer',
  'user-agent',
  'www-authenticate',
])
const dropped = new Set(['transfer-encoding', 'upgrade', 'te'])

/**
 * Reads a function's result.
 *
 * API Gateway takes a missing status as 200; here it is a fault, since no handler leaves it out on purpose.
 *
 * @param payload JSON text
 * @param decode whether a base64 body is to be decoded: the API's binary media types cover the request
 * @returns `undefined` for a malformed result, which API Gateway answers with 502.
 */
export function readProxyResponse(payload: string, decode: boolean): ProxyResponse | undefined {
  const result = parseJson(payload)
  if (!isObject(result) || Object.keys(result).some((name) => !members.includes(name))) return undefined
  const { statusCode, body = null, isBase64Encoded = false } = result
  const headers = readHeaders(result.headers ?? {}, result.multiValueHeaders ?? {})
  if (!isStatus(statusCode) || headers === undefined) return undefined
  if ((body !== null && typeof body !== 'string') || typeof isBase64Encoded !== 'boolean') return undefined
  const hasType = headers.some(([name]) => name.toLowerCase() === 'content-type')
  return {
    status: statusCode,
    headers: remapHeaders(hasType ? headers : [...headers, ['Content-Type', 'application/json']]),
    body: Buffer.from(body ?? '', isBase64Encoded && decode ? 'base64' : 'utf8'),
  }
}

function isStatus(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 200 && value <= 599
}

/** Both header maps as one list; where both name a header, the multi-value one counts. */
function readHeaders(single: Json, multiple: Json): HeaderField[] | undefined {
  if (!isObject(single) || !isObject(multiple)) return undefined
  const multipleNames = new Set(Object.keys(multiple).map((name) => name.toLowerCase()))
  const singles = Object.entries(single).filter(([name]) => !multipleNames.has(name.toLowerCase()))
  const all = [
    ...singles,
    ...Object.entries(multiple).flatMap(([name, values]) =>
      [values].flat().map((value) => [name, value] as const),
    ),
  ]
  const fields = all.map(([name, value]): HeaderField | undefined =>
    ['string', 'boolean'].includes(typeof value) ? [name, String(value)] : undefined,
  )
  return fields.includes(undefined) ? undefined : fields.filter((field) => field !== undefined)
}

function remapHeaders(headers: readonly HeaderField[]): HeaderField[] {
  return headers.flatMap(([name, value]): HeaderField[] => {
    const lower = name.toLowerCase()
    if (dropped.has(lower)) return []
    return [[remapped.has(lower) ? `x-amzn-Remapped-${name}` : name, value]]
  })
}
