/**
 * One GET for JSON, within limits.
 *
 * By `node:https`, since a first `fetch` costs a cold start about 25 ms and 10 MB more (measured on Node 24), and loaded
 * at the first call, since an issuer with pinned keys needs none.
 */
import type { IncomingMessage } from 'node:http'
import { isLoopbackHost } from '../../protocol/loopback.ts'

export interface GetLimits {
  /** Ends the call, wherever it is. */
  readonly signal: AbortSignal
  readonly maxBytes: number
  /** Whether plain http may be spoken to this machine itself. */
  readonly loopback: boolean
}

/**
 * Gets a document.
 *
 * No redirect is followed: whoever can make an issuer's host redirect would name our keys. The media type is not
 * looked at: what does not parse is no JSON, and key sets are served under many types.
 *
 * @throws Error with a reason for the log: not reachable, another status than 200, too large, too late, not JSON
 */
export async function getJson(address: string, { signal, maxBytes, loopback }: GetLimits): Promise<unknown> {
  const url = checkedUrl(address, loopback)
  const module = url.protocol === 'https:' ? 'node:https' : 'node:http'
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    const headers = { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'scrip' }
    // No agent: a connection that is kept would be dead after an hour in a frozen Lambda.
    const request = builtin(module).get(url, { agent: false, signal, headers }, (response) =>
      read(response, maxBytes).then(resolve, (error: unknown) => {
        request.destroy()
        reject(error)
      }),
    )
    request.on('error', reject)
  }).catch((error: unknown) => {
    throw signal.aborted ? new Error(`${url.host} did not answer in time`) : error
  })
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new Error(`${url.host} did not answer JSON`)
  }
}

/**
 * @throws Error unless the address is an https one without a user: plain http is for this machine alone
 */
export function checkedUrl(address: string, loopback: boolean): URL {
  const url = URL.parse(address)
  const isPlain = url?.protocol === 'http:' && loopback && isLoopbackHost(url.host)
  if (!url || !(url.protocol === 'https:' || isPlain) || url.username !== '' || url.password !== '')
    throw new Error('not an https URL')
  return url
}

async function read(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const { statusCode } = response
  if (statusCode !== 200) throw new Error(`the status is ${statusCode} in place of 200`)
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > maxBytes) throw new Error(`the answer is larger than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function builtin(module: 'node:http' | 'node:https') {
  return module === 'node:https'
    ? process.getBuiltinModule('node:https')
    : process.getBuiltinModule('node:http')
}
