/** What a function behind a Lambda proxy integration may return, read as strictly as API Gateway does. */
import { mergedByName } from '../../../shared/http/headers.ts'
import type { Headers, UpstreamAnswer } from './types.ts'

const members = new Set(['statusCode', 'headers', 'multiValueHeaders', 'body', 'isBase64Encoded'])

/** @returns nothing for a result that API Gateway would call malformed */
export function readFunctionResult(payload: string): UpstreamAnswer | undefined {
  const result = parseObject(payload)
  if (!result || Object.keys(result).some((name) => !members.has(name))) return undefined
  const { statusCode } = result
  const headers = readHeaders(result.headers, result.multiValueHeaders)
  const body = readBody(result.body, result.isBase64Encoded)
  if (typeof statusCode !== 'number' || !Number.isInteger(statusCode)) return undefined
  // 1xx are no final answers (RFC 9110 §15.2).
  if (statusCode < 200 || statusCode > 599) return undefined
  return headers && body ? { status: statusCode, headers, body } : undefined
}

/** Where both name a header, that of several values counts. */
function readHeaders(single: unknown, multiple: unknown): Headers | undefined {
  const one = readMap(single ?? {}, (value) => (isScalar(value) ? [String(value)] : undefined))
  const several = readMap(multiple ?? {}, (value) =>
    Array.isArray(value) && value.every(isScalar) ? value.map(String) : undefined,
  )
  if (!one || !several) return undefined
  return { ...mergedByName(one), ...mergedByName(several) }
}

function readMap(
  value: unknown,
  read: (value: unknown) => string[] | undefined,
): Record<string, string[]> | undefined {
  if (!isObject(value)) return undefined
  const entries = Object.entries(value).map(([name, own]) => [name, read(own)] as const)
  return entries.some(([, values]) => values === undefined)
    ? undefined
    : Object.fromEntries(entries.map(([name, values]) => [name, values ?? []]))
}

function readBody(body: unknown, isBase64Encoded: unknown): Buffer | undefined {
  const text = body ?? ''
  const encoded = isBase64Encoded ?? false
  if (typeof text !== 'string' || typeof encoded !== 'boolean') return undefined
  if (!encoded) return Buffer.from(text, 'utf8')
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined
}

/** JSON.parse quotes its input in the error, which would put a body in the log. */
function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value)
}
