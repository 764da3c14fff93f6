/** An upstream that is an https host, which knows us by a shared secret. */
import type { IncomingMessage } from 'node:http'
import type { HttpsUpstream } from '../../../shared/config/types.ts'
import { mergedByName } from '../../../shared/http/headers.ts'
import { addressPolicy } from '../../../shared/protocol/public-address.ts'
import { connectionsTo } from './connections.ts'
import { withinSeconds } from './deadline.ts'
import { nameOf, upstreamFailed } from './failures.ts'
import type { Resolve } from './guarded-lookup.ts'
import { formatQuery } from './query.ts'
import { MAX_BODY_BYTES } from './response.ts'
import type { Headers, Upstream, UpstreamAnswer, UpstreamRequest } from './types.ts'

export interface HttpsConnections {
  /** Reads what the upstream knows us by. */
  readonly secret: () => Promise<string>
  /** Whether loopback and plain http are allowed: on the local stack alone. */
  readonly loopbackUpstreams: boolean
  /** Resolves names; the system does unless told. */
  readonly resolve?: Resolve
}

/**
 * Calls an https upstream. Redirections are not followed, and nothing is tried again.
 *
 * Such an upstream knows no credential but our secret, so its 401 or 407 is about us: the caller gets a 502.
 * A 401 would send it to refresh a token that is good, and a challenge might ask it for a password.
 */
export function httpsUpstream(
  name: string,
  { url, timeoutSeconds }: Pick<HttpsUpstream, 'url' | 'timeoutSeconds'>,
  { secret, loopbackUpstreams, resolve }: HttpsConnections,
): Upstream {
  const base = new URL(url)
  const send = connectionsTo(base, addressPolicy(loopbackUpstreams, base.protocol === 'http:'), resolve)
  const prefix = base.pathname.replace(/\/$/, '')

  async function exchange(request: UpstreamRequest, signal: AbortSignal): Promise<UpstreamAnswer> {
    const { method, path, query, body } = request
    const headers = headersOf(request, await secret())
    try {
      const response = await send(
        { method, path: `${prefix}${path.path}${formatQuery(query)}`, headers, signal },
        body,
      )
      return {
        status: response.statusCode ?? 0,
        headers: rawHeaders(response),
        body: await readBody(response),
      }
    } catch (error) {
      throw upstreamFailed(name, nameOf(error))
    }
  }

  return async (request) => {
    const answer = await withinSeconds(name, timeoutSeconds, (signal) => exchange(request, signal))
    if (answer.status === 401 || answer.status === 407)
      throw upstreamFailed(name, `it refuses our secret (${answer.status})`)
    return answer
  }
}

function headersOf(
  { method, headers, body }: UpstreamRequest,
  secret: string,
): Record<string, string[] | string> {
  // RFC 9110 §8.6: a method that expects content says so when there is none.
  const tellsLength = body.length > 0 || ['POST', 'PUT', 'PATCH'].includes(method)
  return {
    ...Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, [...values]])),
    'x-scrip-secret': secret,
    ...(tellsLength ? { 'content-length': String(body.length) } : {}),
  }
}

/** Every field as it came: Node's own reading drops or joins what is repeated. */
function rawHeaders({ rawHeaders: flat }: IncomingMessage): Headers {
  const names = flat.filter((_, index) => index % 2 === 0)
  const grouped = new Map<string, string[]>()
  for (const [index, name] of names.entries())
    grouped.set(name, [...(grouped.get(name) ?? []), flat[index * 2 + 1] ?? ''])
  return mergedByName(Object.fromEntries(grouped))
}

class BodyTooLarge extends Error {
  readonly code = 'BODY_TOO_LARGE'
}

/** Leaving the loop early ends the connection, so that no more of the body is read. */
async function readBody(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_BODY_BYTES) throw new BodyTooLarge('the body is over the limit')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
