/** What the stand-ins have in common: a server on loopback with routes, counters and faults. */
import { createServer, type IncomingMessage } from 'node:http'
import { readBody } from '../http/body.ts'
import { listen, loopback, stop } from '../http/listen.ts'
import { commit, Faults } from './faults.ts'

export interface Asked {
  /** The parts of the path that the route leaves open, decoded. */
  readonly parts: readonly string[]
  readonly headers: IncomingMessage['headers']
  /** Empty where there is none. */
  readonly body: string
}

export interface Told {
  readonly status: number
  /** Sent as JSON; a text as it is. */
  readonly body?: unknown
  readonly contentType?: string
}

export interface Route {
  /** For counters and faults. */
  readonly name: string
  readonly method: string
  readonly path: RegExp
  readonly answer: (asked: Asked) => Told
}

export interface StandIn {
  readonly url: string
  readonly faults: Faults
  /** Requests so far, by the name of their route. */
  readonly counters: Readonly<Record<string, number>>
  close(): Promise<void>
}

const BODY_BYTES = 1_000_000

/** @param port a free one for 0 */
export async function startStandIn(routes: readonly Route[], port: number): Promise<StandIn> {
  const faults = new Faults()
  const counters: Record<string, number> = {}
  const server = createServer(async (request, response) => {
    const { method, headers } = request
    const { pathname } = new URL(request.url ?? '/', 'http://stand-in')
    const route = routes.find((one) => one.method === method && one.path.test(pathname))
    const name = route?.name ?? 'unknown'
    counters[name] = (counters[name] ?? 0) + 1
    const body = await readBody(request, BODY_BYTES)
    const fault = faults.take(name)
    if (fault && (await commit(fault, request, response))) return
    const parts = (route?.path.exec(pathname) ?? []).slice(1).map(decodeURIComponent)
    const told = route?.answer({ parts, headers, body: body === 'too large' ? '' : body.toString() })
    const { status, body: answer, contentType } = told ?? { status: 404, body: { message: 'Not Found' } }
    const changed =
      fault?.kind === 'changed answer' ? fault.change(answer as Record<string, unknown>) : answer
    response
      .writeHead(status, { 'content-type': contentType ?? 'application/json; charset=utf-8' })
      .end(changed === undefined ? '' : typeof changed === 'string' ? changed : JSON.stringify(changed))
  })
  const bound = await listen(server, port)
  return { url: `http://${loopback}:${bound}`, faults, counters, close: () => stop(server) }
}
