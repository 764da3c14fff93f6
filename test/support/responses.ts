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
