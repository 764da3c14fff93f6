/** Bytes on a connection, as no HTTP client would send them. */
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'

/** Sends the bytes and gives all that comes back until the other side closes the connection. */
export async function rawBytes(base: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(base)
  const socket = connect(Number(port), hostname)
  socket.write(bytes, 'latin1')
  return text(socket)
}
