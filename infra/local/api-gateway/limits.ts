/** The size of a request's head, and answers that come before any API is found. */
import type { HttpRequest, HttpResponse } from '../http/types.ts'

/** API Gateway's limit on an integration and an authorizer, unless the account was granted more. */
export const integrationLimitMilliseconds = 29_000

/** Bytes of request line and headers, line ends included. */
export function requestHeadBytes({ method, target, protocol, headers }: HttpRequest): number {
  const line = `${method} ${target} ${protocol}\r\n`
  return headers.reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(`${name}: ${value}\r\n`),
    Buffer.byteLength(line),
  )
}

export function plainAnswer(status: number, text: string): HttpResponse {
  return {
    status,
    headers: [['Content-Type', 'text/plain']],
    body: Buffer.from(text),
  }
}
