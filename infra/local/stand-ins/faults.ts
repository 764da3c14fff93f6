/** Faults that a stand-in commits when it is told to: for tests, and for trying out what callers see then. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

export type Fault =
  | {
      readonly kind: 'status'
      readonly status: number
      readonly headers?: Record<string, string>
      readonly body?: string
    }
  /** The answer comes, so much later. */
  | { readonly kind: 'delay'; readonly milliseconds: number }
  | { readonly kind: 'malformed JSON' }
  | { readonly kind: 'huge body'; readonly bytes: number }
  | { readonly kind: 'redirect'; readonly to: string }
  | { readonly kind: 'connection dropped' }
  /** Headers and a first part of the body, and then nothing. */
  | { readonly kind: 'connection cut' }
  | { readonly kind: 'rate limit'; readonly retryAfter?: number }
  /** GitHub's secondary limits: 403 with `retry-after`. */
  | { readonly kind: 'secondary limit'; readonly retryAfter: number }
  | { readonly kind: 'unprocessable'; readonly message?: string }
  /** The answer as it would be, with these members of its own. */
  | { readonly kind: 'changed answer'; readonly change: (body: Record<string, unknown>) => unknown }

interface Plan {
  readonly route: string | undefined
  readonly fault: Fault
  times: number
}

/** What is to go wrong, in the order that it was told. */
export class Faults {
  readonly #plans: Plan[] = []

  /**
   * @param route the route's name in the stand-in's counters; any route when left out
   * @param times how often; once unless told
   */
  plan(fault: Fault, { route, times = 1 }: { readonly route?: string; readonly times?: number } = {}): void {
    this.#plans.push({ route, fault, times })
  }

  clear(): void {
    this.#plans.length = 0
  }

  take(route: string): Fault | undefined {
    const index = this.#plans.findIndex((plan) => plan.route === undefined || plan.route === route)
    const plan = this.#plans[index]
    if (!plan) return undefined
    plan.times -= 1
    if (plan.times <= 0) this.#plans.splice(index, 1)
    return plan.fault
  }
}

/** @returns whether the fault was the answer; if not, the stand-in answers as ever */
export async function commit(
  fault: Fault,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const json = { 'content-type': 'application/json; charset=utf-8' }
  const tell = (status: number, message: string, headers: Record<string, string> = {}) => {
    response.writeHead(status, { ...json, ...headers }).end(JSON.stringify({ message }))
    return true
  }
  switch (fault.kind) {
    case 'status':
      response
        .writeHead(fault.status, { ...json, ...fault.headers })
        .end(fault.body ?? '{"message":"Told to"}')
      return true
    case 'delay':
      await sleep(fault.milliseconds)
      return false
    case 'malformed JSON':
      response.writeHead(201, json).end('{"token": "ghs_')
      return true
    case 'huge body':
      response.writeHead(201, json).end(`{"padding":"${'x'.repeat(fault.bytes)}"}`)
      return true
    case 'redirect':
      response.writeHead(302, { location: fault.to }).end()
      return true
    case 'connection dropped':
      request.socket.destroy()
      return true
    case 'connection cut':
      response.writeHead(201, { ...json, 'content-length': '1000' }).write('{"token": ')
      await sleep(20)
      request.socket.destroy()
      return true
    case 'rate limit':
      return tell(
        429,
        'API rate limit exceeded',
        fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) },
      )
    case 'secondary limit':
      return tell(403, 'You have exceeded a secondary rate limit', {
        'retry-after': String(fault.retryAfter),
      })
    case 'unprocessable':
      return tell(
        422,
        fault.message ?? 'There is at least one repository that does not exist or is not accessible',
      )
    case 'changed answer':
      return false
  }
}
