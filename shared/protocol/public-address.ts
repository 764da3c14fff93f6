/**
 * Which addresses an upstream may have.
 *
 * The operator names the upstream's host, and whoever holds its DNS names its addresses: none of them may lead
 * into a private network or to a host's own services (the credentials at 169.254.169.254 foremost).
 */
import { BlockList, isIP } from 'node:net'

/** Whether an address may be connected to. */
export type AddressPolicy = (address: string) => boolean

/** IANA IPv4 Special-Purpose Address Registry (RFC 6890), multicast (RFC 5771) and the reserved class E. */
const specialIpv4 = [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // shared with a carrier
  ['127.0.0.0', 8], // loopback
  ['169.254.0.0', 16], // link-local
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16], // private
  ['198.18.0.0', 15], // benchmarking
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, and the broadcast address
] as const

/** Within 2000::/3, which is all the global unicast there is: what is special there (RFC 6890). */
const specialIpv6 = [
  ['2001::', 23], // protocol assignments, Teredo's 2001::/32 among them
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4, which holds an IPv4 address
  ['3fff::', 20], // documentation
] as const

const special = new BlockList()
for (const [network, prefix] of specialIpv4) special.addSubnet(network, prefix, 'ipv4')
for (const [network, prefix] of specialIpv6) special.addSubnet(network, prefix, 'ipv6')

const globalUnicast = new BlockList()
globalUnicast.addSubnet('2000::', 3, 'ipv6')

const ipv4Mapped = new BlockList()
ipv4Mapped.addSubnet('::ffff:0:0', 96, 'ipv6')

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Whether an address is a public host's; of an IPv4-mapped one, the IPv4 address in it is judged. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !special.check(address, 'ipv4')
  // A zone (`fe80::1%eth0`) is a matter of one link.
  if (isIP(address) !== 6 || address.includes('%')) return false
  // A BlockList reads a mapped address by its IPv4 rules.
  if (ipv4Mapped.check(address, 'ipv6')) return !special.check(address, 'ipv6')
  return globalUnicast.check(address, 'ipv6') && !special.check(address, 'ipv6')
}

/**
 * Whether the host of a URL can be a public one: an address that is, or a name other than `localhost` and those
 * below it, which are always this machine (RFC 6761 §6.3). What other names resolve to shows at the connection.
 */
export function isPublicHost(hostname: string): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  return isIP(host) === 0 ? !/(^|\.)localhost\.?$/.test(host) : isPublicAddress(host)
}

export function isLoopbackAddress(address: string): boolean {
  const family = isIP(address)
  return family !== 0 && !address.includes('%') && loopback.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

/**
 * The policy for one upstream.
 *
 * @param loopbackUpstreams whether it may be on loopback: on the local stack alone
 * @param isPlain whether it is called without TLS, which no address but loopback is
 */
export function addressPolicy(loopbackUpstreams: boolean, isPlain: boolean): AddressPolicy {
  return (address) =>
    (loopbackUpstreams && isLoopbackAddress(address)) || (!isPlain && isPublicAddress(address))
}
