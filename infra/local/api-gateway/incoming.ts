/** What API Gateway makes of a request before it looks for a route. */
import { randomBytes } from 'node:crypto'
import { type HttpRequest, headerValue, withoutHeaders } from '../http/types.ts'

/** The path without the stage's name, which comes first; `undefined` for another stage. */
export function pathBelow(stage: string, path: string): string | undefined {
  if (path === `/${stage}`) return '/'
  return path.startsWith(`/${stage}/`) ? path.slice(stage.length + 1) : undefined
}

/** What API Gateway tells the function about the connection. */
export function withForwardingHeaders(request: HttpRequest): HttpRequest {
  const forwardedFor = headerValue(request.headers, 'x-forwarded-for')
  const kept = withoutHeaders(request.headers, 'x-forwarded-for', 'x-forwarded-port', 'x-forwarded-proto')
  const hops = forwardedFor === undefined ? request.sourceIp : `${forwardedFor}, ${request.sourceIp}`
  const traced = headerValue(request.headers, 'x-amzn-trace-id') !== undefined
  const time = Math.floor(Date.now() / 1000).toString(16)
  return {
    ...request,
    headers: [
      // None of them reaches a function: they belong to the connection that ends here.
      ...withoutHeaders(kept, 'connection', 'content-length', 'keep-alive', 'transfer-encoding'),
      ['X-Forwarded-For', hops],
      ['X-Forwarded-Port', '443'],
      ['X-Forwarded-Proto', 'https'],
      ...(traced ? [] : [['X-Amzn-Trace-Id', `Root=1-${time}-${randomBytes(12).toString('hex')}`] as const]),
    ],
  }
}
