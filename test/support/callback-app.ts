/** An app's web server on loopback: it takes the redirects and forms that come back to it. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface CallbackApp {
  readonly redirectUri: string
  /** The parameters of each answer so far, and how they came. */
  readonly answers: readonly { readonly method: string; readonly parameters: Record<string, string> }[]
  close(): Promise<void>
}

export async function callbackApp(): Promise<CallbackApp> {
  const answers: CallbackApp['answers'][number][] = []
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://app')
    let body = ''
    for await (const chunk of request) body += chunk
    if (url.pathname === '/callback') {
      const parameters = request.method === 'POST' ? new URLSearchParams(body) : url.searchParams
      answers.push({ method: request.method ?? '', parameters: Object.fromEntries(parameters) })
    }
    response.setHeader('Content-Type', 'text/html')
    response.end('<title>The app</title><h1>Back in the app</h1>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    redirectUri: `http://127.0.0.1:${port}/callback`,
    answers,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
