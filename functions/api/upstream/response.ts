/** From an upstream's answer to what API Gateway sends. */
import type { APIGatewayProxyResult } from 'aws-lambda'
import { jsonBody } from './body.ts'
import { upstreamFailed } from './failures.ts'
import { responseHeaders } from './response-headers.ts'
import type { Headers, UpstreamAnswer } from './types.ts'

/** In base64 they take 6,000,000 of the 6,291,456 that a function may answer. */
export const MAX_BODY_BYTES = 4_500_000

/** API Gateway takes 10,240 of an answer, its own and ours among them. */
const MAX_HEADER_BYTES = 8_192

/**
 * Passes an answer on: a redirection and an error of the upstream's as they are.
 *
 * @throws OAuthError 502 for an answer that API Gateway would not take
 */
export function upstreamResponse(
  upstream: string,
  method: string,
  { status, headers, body }: UpstreamAnswer,
): APIGatewayProxyResult {
  if (!Number.isInteger(status) || status < 200 || status > 599)
    throw upstreamFailed(upstream, 'a status that is none')
  if (body.length > MAX_BODY_BYTES) throw upstreamFailed(upstream, 'a body over the limit')
  const passed = responseHeaders(headers)
  if (sizeOf(passed) > MAX_HEADER_BYTES) throw upstreamFailed(upstream, 'headers over the limit')
  return {
    statusCode: status,
    multiValueHeaders: Object.fromEntries(
      Object.entries(passed).map(([name, values]) => [name, [...values]]),
    ),
    // RFC 9110 §6.4.1: these have no content, whatever an upstream says.
    ...(method === 'HEAD' || status === 204 || status === 304
      ? { body: '', isBase64Encoded: false }
      : jsonBody(body, passed['content-encoding'] !== undefined)),
  }
}

function sizeOf(headers: Headers): number {
  const lines = Object.entries(headers).flatMap(([name, values]) =>
    values.map((value) => Buffer.byteLength(`${name}: ${value}\r\n`)),
  )
  return lines.reduce((sum, bytes) => sum + bytes, 0)
}
