/**
 * Whether a host, with or without a port, is this machine itself.
 *
 * Plain http is acceptable for no other host (RFC 8252 §7.3, RFC 9700 §2.6).
 */
export function isLoopbackHost(host: string): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host)
}

/** Whether a host is a loopback address; `localhost` is a name, and may be anything (RFC 8252 §8.3). */
export function isLoopbackIp(hostname: string): boolean {
  return hostname === '127.0.0.1' || hostname === '[::1]'
}
