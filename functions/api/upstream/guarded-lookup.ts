/** DNS for upstreams: what a name resolves to is checked, and the connection goes to what was checked. */
import type { LookupAddress, LookupAllOptions } from 'node:dns'
import type { LookupFunction } from 'node:net'
import type { AddressPolicy } from '../../../shared/protocol/public-address.ts'

/** `dns.lookup` as it is asked for all addresses. */
export type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

/** A name resolved to an address that no upstream may have. */
export class AddressRefused extends Error {
  readonly code = 'ADDRESS_REFUSED'
}

/**
 * A `lookup` for connections: it refuses a name of which any address is refused, since which one of them is
 * taken is up to chance. The connection asks it once and takes an address of its answer, so that a name that
 * changes its addresses between check and use (DNS rebinding) gains nothing.
 */
export function guardedLookup(mayConnect: AddressPolicy, resolve: Resolve = systemResolve): LookupFunction {
  return (hostname, options, callback) =>
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, [])
      const [first] = addresses
      if (!first || !addresses.every(({ address }) => mayConnect(address)))
        return callback(new AddressRefused('not a public address'), [])
      return options.all ? callback(null, addresses) : callback(null, first.address, first.family)
    })
}

const systemResolve: Resolve = (...question) => process.getBuiltinModule('node:dns').lookup(...question)
