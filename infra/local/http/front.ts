/** The server that everybody talks to: turns Node's messages into ours and back. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { messageOf } from '../errors.ts'
import { readBody } from './body.ts'
import type { HeaderField, HttpHandler, HttpResponse } from './types.ts'

/** API Gateway's limit on a request body. */
const bodyLimitBytes = 10 * 1024 * 1024

/** Well above API Gateway's 10,240 bytes, so that its answer is given and not Node's. */
const maxHeaderSize = 128 * 1024

/** Answers without body have no length either (RFC 9110 §8.6). */
const bodiless = [204, 304]

/** @param handle answers every request; what it throws is a defect and becomes a bare 500. */
export function createFront(handle: HttpHandler, report: (line: string) => void): Server {
  return createServer({ maxHeaderSize, requestTimeout: 60_000 }, async (message, response) => {
    try {
      send(response, await receive(message, handle))
    } catch (error) {
      // Who hangs up in the middle of a request waits for no answer.
      if (message.destroyed && !message.complete) return
      report(`${message.method} ${message.url}: ${messageOf(error)}`)
      response.writeHead(500).end()
    }
  })
}

async function receive(message: IncomingMessage, handle: HttpHandler): Promise<HttpResponse> {
  return handle({
    method: message.method ?? 'GET',
    target: message.url ?? '/',
    headers: pairs(message.rawHeaders),
    body: await readBody(message, bodyLimitBytes),
    sourceIp: message.socket.remoteAddress ?? '127.0.0.1',
    sourcePort: message.socket.remotePort ?? 0,
    protocol: `HTTP/${message.httpVersion}`,
  })
}

function send(response: ServerResponse, { status, headers, body }: HttpResponse): void {
  const length: HeaderField[] = bodiless.includes(status) ? [] : [['Content-Length', String(body.length)]]
  const fields = [...headers, ...length]
  response.writeHead(status, fields.flat())
  response.end(body)
}

function pairs(rawHeaders: readonly string[]): HeaderField[] {
  return rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ''] as const] : [],
  )
}
