/** The connections to one upstream, kept for the next request. */
import type { Agent, IncomingMessage, RequestOptions } from 'node:http'
import { isIP } from 'node:net'
import type { AddressPolicy } from '../../../shared/protocol/public-address.ts'
import { AddressRefused, guardedLookup, type Resolve } from './guarded-lookup.ts'
import { closingRested } from './rested-connections.ts'

export type Send = (
  options: Pick<RequestOptions, 'method' | 'path' | 'headers' | 'signal'>,
  body: Buffer,
) => Promise<IncomingMessage>

/**
 * Sends requests to the host of a URL.
 *
 * Node's modules are asked for here, since an import of `node:http` costs 57 ms of a cold start: it loads every
 * export, and with one of them all of undici.
 *
 * @param mayConnect is asked about the address of every connection
 */
export function connectionsTo(
  { protocol, hostname, port }: URL,
  mayConnect: AddressPolicy,
  resolve?: Resolve,
): Send {
  const isPlain = protocol === 'http:'
  const { request } = process.getBuiltinModule(isPlain ? 'node:http' : 'node:https')
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  const agent = agentOf(isPlain, { keepAlive: true, lookup: guardedLookup(mayConnect, resolve) })
  const closeRested = closingRested(agent)

  return async (options, body) => {
    // An address in the URL is not looked up.
    if (isIP(host) !== 0 && !mayConnect(host)) throw new AddressRefused('not a public address')
    closeRested()
    return new Promise((resolve, reject) => {
      const outgoing = request({ ...options, protocol, host, port, agent }, resolve)
      outgoing.on('error', reject)
      // Not every end is told as an error: not that by a 101 which nobody asked for.
      outgoing.on('close', () => reject(new NoAnswer('closed without an answer')))
      outgoing.end(body)
    })
  }
}

class NoAnswer extends Error {
  readonly code = 'NO_ANSWER'
}

/** TLS is verified whatever the environment says (NODE_TLS_REJECT_UNAUTHORIZED). */
function agentOf(isPlain: boolean, options: object): Agent {
  if (isPlain) return new (process.getBuiltinModule('node:http').Agent)(options)
  return new (process.getBuiltinModule('node:https').Agent)({ ...options, rejectUnauthorized: true })
}
