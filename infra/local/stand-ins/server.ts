/** What the stand-ins have in common: a server on loopback with routes, counters and faults. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
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

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, headers, url = '' } = request
    const [path = ''] = url.split('?')
    const route = routes.find((one) => one.method === method && one.path.test(path))
    const name = route?.name ?? 'unknown'
    counters[name] = (counters[name] ?? 0) + 1
    const body = await readBody(request, BODY_BYTES)
    const fault = faults.take(name)
    if (fault && (await commit(fault, request, response))) return
    const text = body === 'too large' ? '' : body.toString()
    const { status, body: answer, contentType } = answerOf(route, path, { headers, body: text })
    const changed =
      fault?.kind === 'changed answer' ? fault.change(answer as Record<string, unknown>) : answer
    response
      .writeHead(status, { 'content-type': contentType ?? 'application/json; charset=utf-8' })
      .end(changed === undefined ? '' : typeof changed === 'string' ? changed : JSON.stringify(changed))
  }

  // Whoever hangs up in the middle of a request must not end the whole stack with it.
  const server = createServer((request, response) => {
    handle(request, response).catch(() => request.destroy())
  })
  const bound = await listen(server, port)
  return { url: `http://${loopback}:${bound}`, faults, counters, close: () => stop(server) }
}

function answerOf(route: Route | undefined, path: string, rest: Omit<Asked, 'parts'>): Told {
  if (!route) return { status: 404, body: { message: 'Not Found' } }
  const parts = decoded((route.path.exec(path) ?? []).slice(1))
  return parts ? route.answer({ parts, ...rest }) : { status: 400, body: { message: 'Bad Request' } }
}

/** Nothing where an encoding is none, such as `%ff`. */
function decoded(parts: readonly string[]): string[] | undefined {
  try {
    return parts.map(decodeURIComponent)
  } catch {
    return undefined
  }
}
