/** Servers on the loopback interface. */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { LocalStackError } from '../errors.ts'

/** The only address anything here listens on. */
export const loopback = '127.0.0.1'

/**
 * Starts to listen; gives the port, which the system chooses for 0.
 *
 * @throws LocalStackError when the port is in use.
 */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE' || error.code === 'EACCES'
      reject(
        isTaken
          ? new LocalStackError(`PORT ${port} is in use or not allowed: set PORT to another one`)
          : error,
      )
    })
    server.listen(port, loopback, () => resolve((server.address() as AddressInfo).port))
  })
}

/** Stops a server at once: open connections are cut. */
export function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
