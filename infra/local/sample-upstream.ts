/**
 * The team's own API, played: what stands behind Scrip's proxy on localhost.
 *
 * It lets nobody in without the secret that Scrip shares with it, and otherwise tells what reached it. Some
 * last path segments make it answer as an upstream may that is slow, broken or careless.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { readBody } from './http/body.ts'
import { listen, loopback, stop } from './http/listen.ts'
import { type SecretStore, versionWithLabel } from './secrets/store.ts'
import { current } from './secrets/types.ts'
import type { Outputs } from './template/create.ts'

export type SampleUpstream = { readonly url: string; close(): Promise<void> }

const secretHeader = 'x-scrip-secret'
const bodyLimitBytes = 16 * 1024 * 1024
const slowMilliseconds = 60_000

/** @param secrets gives the values that open it now; nobody gets in while there are none. */
export async function startSampleUpstream(secrets: () => readonly string[]): Promise<SampleUpstream> {
  const server = createServer((message, response) => void answer(message, response, secrets()))
  const url = `http://${loopback}:${await listen(server, 0)}`
  return { url, close: () => stop(server) }
}

/** The current value of each secret whose ARN is in an output such as `UpstreamOrdersSecret`. */
export function currentSecrets(outputs: Outputs, store: SecretStore): readonly string[] {
  return Object.entries(outputs)
    .filter(([key]) => /^Upstream.+Secret$/.test(key))
    .map(([, arn]) => store.find(arn))
    .flatMap((secret) => (secret ? (versionWithLabel(secret, current)?.[1].secretString ?? []) : []))
}

async function answer(message: IncomingMessage, response: ServerResponse, secrets: readonly string[]) {
  const body = await readBody(message, bodyLimitBytes).catch(() => undefined)
  // Whoever hung up in the middle of the body waits for no answer.
  if (body === undefined) return
  const given = message.headers[secretHeader]
  if (typeof given !== 'string' || !secrets.some((secret) => isEqual(secret, given))) {
    sendJson(response, 403, { error: 'forbidden', message: `${secretHeader} is missing or wrong` })
    return
  }
  const text = body === 'too large' || body.length === 0 ? null : body.toString('utf8')
  const echo = echoOf(message, text)
  const segment = echo.path.split('/').at(-1) ?? ''
  const [, kind = segment, number] = /^(status|big)-(\d+)$/.exec(segment) ?? []
  const special = Object.hasOwn(specials, kind) ? specials[kind] : undefined
  if (special) special(response, echo, Number(number))
  else sendJson(response, 200, echo)
}

type Echo = {
  readonly service: 'sample'
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: IncomingMessage['headers']
  readonly body: string | null
}

function echoOf(message: IncomingMessage, body: string | null): Echo {
  const [path = '/', ...query] = (message.url ?? '/').split('?')
  const { [secretHeader]: _, ...headers } = message.headers
  return { service: 'sample', method: message.method ?? '', path, query: query.join('?'), headers, body }
}

type Special = (response: ServerResponse, echo: Echo, number: number) => void

/** By last path segment, in which a number may follow a dash. */
const specials: Readonly<Record<string, Special>> = {
  slow(response, echo) {
    const timer = setTimeout(() => sendJson(response, 200, echo), slowMilliseconds)
    response.on('close', () => clearTimeout(timer))
  },
  status(response, echo, status) {
    const isStatus = status >= 200 && status <= 599
    sendJson(response, isStatus ? status : 400, isStatus ? echo : { error: `${status} is no final status` })
  },
  redirect(response) {
    response.writeHead(302, { Location: 'https://example.com/' }).end()
  },
  big(response, _echo, bytes) {
    response.writeHead(200, { 'Content-Type': 'text/plain' }).end('a'.repeat(Math.min(bytes, bodyLimitBytes)))
  },
  binary(response) {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index))
    response.writeHead(200, { 'Content-Type': 'application/octet-stream' }).end(bytes)
  },
  hop(response, echo) {
    sendJson(response, 200, echo, {
      Connection: 'close, x-hop',
      'X-Hop': '1',
      'Keep-Alive': 'timeout=5',
      'Proxy-Authenticate': 'Basic',
    })
  },
  broken(response) {
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': '1000' })
    response.write('a'.repeat(500), () => response.destroy())
  },
  cookies(response, echo) {
    sendJson(response, 200, echo, { 'Set-Cookie': ['a=1; Path=/', 'b=2; Path=/'] })
  },
  'x-remapped'(response, echo) {
    sendJson(response, 200, echo, { 'WWW-Authenticate': 'Basic' })
  },
}

function sendJson(
  response: ServerResponse,
  status: number,
  value: object,
  headers: Readonly<Record<string, string | string[]>> = {},
): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers })
  response.end(status === 204 || status === 304 ? undefined : JSON.stringify(value))
}

/** Compares digests, so that neither content nor length shows in the time it takes. */
function isEqual(expected: string, given: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(expected), digest(given))
}
