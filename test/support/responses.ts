import type { APIGatewayProxyResult } from 'aws-lambda'

/** A response with its JSON body read, to compare whole. */
export function read({ statusCode, headers, body }: APIGatewayProxyResult) {
  return { status: statusCode, headers, body: JSON.parse(body) as unknown }
}

/** The headers of every answer that may hold tokens or credentials (RFC 6749 §5.1). */
export const noStoreJson = {
  'Content-Type': 'application/json',
  'Cache-Control': 'no-store',
  Pragma: 'no-cache',
}

/** An error response as it must be, to the last header. */
export function errorResponse(status: number, error: string, description: string, headers: object = {}) {
  return {
    status,
    headers: { ...noStoreJson, ...headers },
    body: { error, error_description: description },
  }
}

/**
 * The rate headers of an answer, as a caller must find them.
 *
 * @param remaining of the `limit` requests
 * @param now in epoch seconds, from which follows when the minute ends
 */
export function rateTold(now: number, remaining = 599, limit = 600) {
  const reset = now - (now % 60) + 60
  return {
    'X-RateLimit-Limit': String(limit),
    'X-RateLimit-Remaining': String(remaining),
    'X-RateLimit-Reset': String(reset),
    RateLimit: `"minute";r=${remaining};t=${reset - now}`,
    'RateLimit-Policy': `"minute";q=${limit};w=60`,
  }
}
