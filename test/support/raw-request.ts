/** Requests as no well-behaved client sends them: the path as it is, and headers twice. */
import { request } from 'node:http'

export interface RawRequest {
  readonly method?: string
  /** Sent as it is, after the URL's own path. */
  readonly path: string
  /** Names and values in turn, repeated ones too. */
  readonly headers?: readonly (readonly [name: string, value: string])[]
  readonly body?: string | Buffer
}

export interface RawAnswer {
  readonly status: number
  /** By lower-case name; several values are joined by a comma. */
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  readonly bytes: Buffer
  /** The body as JSON; nothing where it is none. */
  readonly body: unknown
}

export function rawRequest(
  base: string,
  { method = 'GET', path, headers = [], body }: RawRequest,
): Promise<RawAnswer> {
  const { hostname, port, host } = new URL(base)
  return new Promise((resolve, reject) => {
    const outgoing = request({
      hostname,
      port,
      method,
      path,
      // A flat list keeps order, case and repetition.
      headers: [
        'Host',
        host,
        ...headers.flat(),
        ...(body === undefined ? [] : ['Content-Length', String(Buffer.byteLength(body))]),
      ],
    })
    outgoing.on('error', reject)
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const bytes = Buffer.concat(chunks)
        const text = bytes.toString('utf8')
        const joined = Object.entries(response.headers).map(([name, value]) => [name, String(value)])
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(joined),
          text,
          bytes,
          body: parse(text),
        })
      })
    })
    outgoing.end(body)
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
