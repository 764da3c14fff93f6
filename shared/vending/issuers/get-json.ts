/** One GET for JSON, of an issuer. */
import { isLoopbackHost } from '../../protocol/loopback.ts'
import { ExchangeFailure, exchange } from '../exchange.ts'

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
  const headers = { accept: 'application/json', 'user-agent': 'scrip' }
  const outgoing = { method: 'GET', url, headers, signal, limitBytes: maxBytes } as const
  const { status, body } = await exchange(outgoing).catch((error: unknown) => {
    throw error instanceof ExchangeFailure ? new Error(`${url.host}: ${error.code}`) : error
  })
  if (status !== 200) throw new Error(`${url.host}: the status is ${status} in place of 200`)
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw new Error(`${url.host}: no JSON`)
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
