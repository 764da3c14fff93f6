import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

export interface ReceivedRequest {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface ServerAnswer {
  readonly status: number
  readonly headers?: Record<string, string>
  readonly body?: string | Buffer
}

/** An HTTP server on a free loopback port, and the requests it has received. */
export async function loopbackServer(
  answer: (request: ReceivedRequest) => ServerAnswer | Promise<ServerAnswer>,
) {
  const requests: ReceivedRequest[] = []
  const server = createServer(async (message, response) => {
    const { method = '', url = '', headers } = message
    const request = { method, url, headers, body: (await buffer(message)).toString() }
    requests.push(request)
    const { status, headers: fields, body } = await answer(request)
    response.writeHead(status, fields).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    requests,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
