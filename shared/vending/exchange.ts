/**
 * One HTTP exchange over node:http(s), with every limit that a function needs.
 *
 * Not `fetch`: its first call costs an environment some 30 ms and 10 MB more. Both modules are loaded with the
 * first call, so that a function that never calls pays nothing.
 */
import type { IncomingMessage } from 'node:http'

export interface Outgoing {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** Ends the exchange, wherever it is: a body that drips would keep every socket's own timeout quiet. */
  readonly signal: AbortSignal
  /** Bytes of the answer's body that are taken. */
  readonly limitBytes: number
}

export interface Incoming {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
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

/** Sends a request and reads the answer whole. Redirects are answers as any other: none is followed. */
export type Exchange = (outgoing: Outgoing) => Promise<Incoming>

/**
 * The exchange that functions make.
 *
 * @throws ExchangeFailure `timeout`, `too large`, `cut off`, or node's code of a failed connection
 */
export const exchange: Exchange = ({ method, url, headers, body, signal, limitBytes }) =>
  new Promise((resolve, reject) => {
    if (signal.aborted) throw new ExchangeFailure('timeout')
    const sent = requestOf(url)(url, {
      method,
      // A connection that is kept may be dead by the next call, without a sign of it in a frozen Lambda.
      agent: false,
      headers: {
        ...headers,
        'accept-encoding': 'identity',
        ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      },
    })
    const fail = (code: string) => {
      signal.removeEventListener('abort', onAbort)
      reject(new ExchangeFailure(code))
      sent.destroy()
    }
    const onAbort = () => fail('timeout')
    signal.addEventListener('abort', onAbort)
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
        if (!answer.complete) return fail('cut off')
        signal.removeEventListener('abort', onAbort)
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: Buffer.concat(chunks, length),
        })
      })
    })
    sent.end(body)
  })

function requestOf({ protocol }: URL) {
  return protocol === 'https:'
    ? process.getBuiltinModule('node:https').request
    : process.getBuiltinModule('node:http').request
}
