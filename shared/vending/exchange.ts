/**
 * One HTTP exchange over node:http(s), with every limit that a function needs.
 *
 * Not `fetch`: its first call costs an environment some 30 ms more, and node's own agent keeps connections
 * alive just as well. Both modules are loaded with the first call, so that a function that never calls pays
 * nothing.
 */
import type { Agent, IncomingMessage } from 'node:http'

export interface Outgoing {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly timeoutMilliseconds: number
  /** Bytes of the answer's body that are taken. */
  readonly limitBytes: number
}

export interface Incoming {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** An exchange that came to nothing; `code` is node's (`ECONNREFUSED`) or one of our own. */
export class ExchangeFailure extends Error {
  readonly code: string

  constructor(code: string) {
    super(code)
    this.name = 'ExchangeFailure'
    this.code = code
  }
}

/**
 * Sends a request and reads the answer whole. Redirects are answers as any other: none is followed.
 *
 * @throws ExchangeFailure `timeout`, `too large`, `cut off`, or node's code of a failed connection
 */
export type Exchange = (outgoing: Outgoing) => Promise<Incoming>

/** Makes an exchange that keeps its connections alive. */
export function keptAlive(): Exchange {
  const agents: { secure?: Agent; plain?: Agent } = {}

  function transport({ protocol }: URL) {
    if (protocol === 'https:') {
      const https = process.getBuiltinModule('node:https')
      agents.secure ??= new https.Agent({ keepAlive: true })
      return { request: https.request, agent: agents.secure }
    }
    const http = process.getBuiltinModule('node:http')
    agents.plain ??= new http.Agent({ keepAlive: true })
    return { request: http.request, agent: agents.plain }
  }

  return ({ method, url, headers, body, timeoutMilliseconds, limitBytes }) =>
    new Promise((resolve, reject) => {
      const { request, agent } = transport(url)
      const sent = request(url, {
        method,
        agent,
        headers: {
          ...headers,
          'accept-encoding': 'identity',
          ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
        },
      })
      const fail = (code: string) => {
        clearTimeout(timer)
        reject(new ExchangeFailure(code))
        sent.destroy()
      }
      // Of the whole exchange: a body that drips would keep every socket's own timeout quiet.
      const timer = setTimeout(() => fail('timeout'), timeoutMilliseconds)
      sent.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? 'connection failed'))
      sent.on('response', (answer) => {
        const chunks: Buffer[] = []
        let length = 0
        answer.on('data', (chunk: Buffer) => {
          length += chunk.length
          if (length > limitBytes) fail('too large')
          else chunks.push(chunk)
        })
        answer.on('error', () => fail('cut off'))
        answer.on('end', () => {
          clearTimeout(timer)
          if (!answer.complete) return fail('cut off')
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            body: Buffer.concat(chunks, length).toString('utf8'),
          })
        })
      })
      sent.end(body)
    })
}
