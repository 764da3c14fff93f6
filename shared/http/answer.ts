/** What an endpoint answers, before it is an API Gateway response. */
import type { APIGatewayProxyResult } from 'aws-lambda'
import type { OAuthError } from '../protocol/errors.ts'

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body: unknown
}

/** RFC 6749 §5.1: whatever holds tokens or credentials must not be stored on its way. */
const noStore = { 'Cache-Control': 'no-store', Pragma: 'no-cache' }

/** The response to a request; nothing of it is stored on its way unless the answer says so. */
export function toResponse({ status, headers, body }: Answer): APIGatewayProxyResult {
  return {
    statusCode: status,
    headers: { 'Content-Type': 'application/json', ...noStore, ...headers },
    body: JSON.stringify(body),
  }
}

/** The answer that an error is (RFC 6749 §5.2). */
export function errorAnswer(error: OAuthError): Answer {
  return {
    status: error.status,
    headers: error.headers,
    body: error.body ?? {
      error: error.code,
      error_description: toDescription(error.description),
    },
  }
}

/** §5.2: `error_description` is `%x20-21 / %x23-5B / %x5D-7E`; what may come from a stranger is made to fit. */
function toDescription(text: string): string {
  return text.replaceAll(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, '?').slice(0, 200)
}
