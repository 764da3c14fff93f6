/**
 * The thread that dynalite runs in.
 *
 * Its own thread, since dynalite evaluates every expression in JavaScript and throws some faults past its
 * callers. Posts its port once it listens; ends after a `close` message, with all data on the disk.
 */
import type { AddressInfo } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'
import dynalite from 'dynalite'

const { path } = workerData as { readonly path: string }
const server = dynalite({
  path,
  createTableMs: 0,
  deleteTableMs: 0,
  updateTableMs: 0,
})

server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port))
parentPort?.once('message', () => {
  server.close(() => process.exit(0))
  server.closeAllConnections()
})
