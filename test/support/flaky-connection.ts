import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** What befalls the next connection, once. */
export type Fault = 'answer lost' | 'connection reset'

/**
 * A TCP proxy to a service on this machine that fails once when it is told to.
 *
 * @param port to listen on; a free one unless told
 */
export async function flakyConnection(servicePort: number, port = 0) {
  let armed: Fault | undefined
  const open = new Set<Socket>()
  const happened: Fault[] = []

  function fail(socket: Socket): void {
    if (armed) happened.push(armed)
    armed = undefined
    socket.resetAndDestroy()
  }

  const server = createServer((client) => {
    open.add(client)
    client.on('close', () => open.delete(client))
    client.on('error', () => undefined)
    if (armed === 'connection reset') return fail(client)
    const service = connect(servicePort, '127.0.0.1')
    service.on('error', () => client.destroy())
    service.on('end', () => client.end())
    client.on('close', () => service.destroy())
    client.pipe(service)
    // The service answers, so it has done what it was asked to.
    service.on('data', (answer) => {
      if (armed === 'answer lost') fail(client)
      else if (!client.destroyed) client.write(answer)
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))

  return {
    port: (server.address() as AddressInfo).port,
    happened,
    /** Idle connections are cut, so that the fault meets the next request. */
    failOnce(fault: Fault) {
      for (const socket of open) socket.destroy()
      armed = fault
    },
    async close() {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
