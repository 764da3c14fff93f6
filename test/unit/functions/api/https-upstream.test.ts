import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Resolve } from '../../../../functions/api/upstream/guarded-lookup.ts'
import { type HttpsConnections, httpsUpstream } from '../../../../functions/api/upstream/https.ts'
import { SecretMissing } from '../../../../shared/stores/cached-secret.ts'
import { oauthError } from '../../../support/errors.ts'
import { selfSigned } from '../../../support/self-signed.ts'
import { failedDescription, slowDescription, upstreamRequest } from './support.ts'

const running: (() => Promise<void>)[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  await Promise.all(running.splice(0).map((stop) => stop()))
})

/** A server on loopback, and how many connections it was opened. */
async function listening(server: Server) {
  const open = new Set<Socket>()
  const seen = { connections: 0 }
  server.on('connection', (socket: Socket) => {
    seen.connections += 1
    open.add(socket)
    socket.on('close', () => open.delete(socket)).on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  running.push(async () => {
    for (const socket of open) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return { seen, open, port: (server.address() as AddressInfo).port }
}
const http = (listener: RequestListener) => listening(createServer(listener))
/** Answers each connection's first bytes with bytes of its own. */
const raw = (answer: (socket: Socket) => void) =>
  listening(createTcpServer((socket) => socket.once('data', () => answer(socket))))

const secret = async () => 'the secret'
const upstream = (url: string, different: Partial<HttpsConnections> = {}, timeoutSeconds = 5) =>
  httpsUpstream('jobs', { url, timeoutSeconds }, { secret, loopbackUpstreams: true, ...different })
const failed = (reason: string) => oauthError('server_error', failedDescription, `upstream jobs: ${reason}`)
const slow = (seconds: number) =>
  oauthError('temporarily_unavailable', slowDescription, `upstream jobs: no answer within ${seconds} s`)

async function echo(message: IncomingMessage, response: ServerResponse) {
  const { method, url, rawHeaders } = message
  const body = (await buffer(message)).toString('latin1')
  response.end(JSON.stringify({ method, url, rawHeaders, body }))
}
const json = ({ body }: { readonly body: Buffer }) => JSON.parse(body.toString())

describe('a request arrives at the upstream', () => {
  test('under its base path, with query, headers, secret and body', async () => {
    const { port } = await http(echo)
    const request = upstreamRequest({
      method: 'POST',
      query: [
        ['x', '1'],
        ['x', '&'],
      ],
      headers: { accept: ['a', 'b'], 'x-scrip-subject': ['ada'] },
      body: Buffer.from([0, 255, 10]),
    })
    expect(json(await upstream(`http://127.0.0.1:${port}/base`)(request))).toEqual({
      method: 'POST',
      url: '/base/jobs/7?x=1&x=%26',
      rawHeaders: [
        ...['accept', 'a', 'accept', 'b'],
        ...['x-scrip-subject', 'ada', 'x-scrip-secret', 'the secret', 'content-length', '3'],
        ...['Host', `127.0.0.1:${port}`, 'Connection', 'keep-alive'],
      ],
      body: '\u0000ÿ\n',
    })
  })
  test.each([
    { method: 'GET', body: '', length: undefined },
    { method: 'GET', body: 'abc', length: '3' },
    { method: 'HEAD', body: '', length: undefined },
    { method: 'DELETE', body: '', length: undefined },
    { method: 'DELETE', body: 'abc', length: '3' },
    { method: 'POST', body: '', length: '0' },
    { method: 'PUT', body: '', length: '0' },
    { method: 'PATCH', body: 'é', length: '2' },
  ])('$method with "$body" tells the length $length', async ({ method, body, length }) => {
    const seen: unknown[] = []
    const { port } = await http(async (message, response) => {
      const { 'content-length': told, 'transfer-encoding': coding } = message.headers
      seen.push({ method: message.method, told, coding, body: (await buffer(message)).toString() })
      response.end()
    })
    await upstream(`http://127.0.0.1:${port}`)(upstreamRequest({ method, body: Buffer.from(body) }))
    expect(seen).toEqual([{ method, told: length, coding: undefined, body }])
  })
  test('by a name, which it is told', async () => {
    const resolve: Resolve = (_, __, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }])
    const { port } = await http(echo)
    const answer = await upstream(`http://name.example:${port}`, { resolve })(upstreamRequest())
    expect(json(answer).rawHeaders).toContain(`name.example:${port}`)
  })
})

describe('an answer comes back as it is', () => {
  test('with repeated headers, and bytes', async () => {
    const { port } = await http((_, response) => {
      response.setHeader('Link', ['<a>', '<b>'])
      response.setHeader('Set-Cookie', ['a=1', 'b=2'])
      response.removeHeader('Date')
      response.sendDate = false
      response.writeHead(418, { 'X-A': '1' }).end(Buffer.from([0, 128, 255]))
    })
    expect(await upstream(`http://127.0.0.1:${port}`)(upstreamRequest())).toEqual({
      status: 418,
      headers: {
        link: ['<a>', '<b>'],
        'set-cookie': ['a=1', 'b=2'],
        'x-a': ['1'],
        connection: ['keep-alive'],
        'keep-alive': ['timeout=5'],
        'transfer-encoding': ['chunked'],
      },
      body: Buffer.from([0, 128, 255]),
    })
  })
  test.each([301, 302, 303, 307, 308])('%i is not followed', async (status) => {
    const seen: string[] = []
    const { port } = await http(({ url = '' }, response) => {
      seen.push(url)
      response.writeHead(status, { Location: '/elsewhere' }).end()
    })
    const answer = await upstream(`http://127.0.0.1:${port}`)(upstreamRequest())
    expect({ status: answer.status, location: answer.headers.location, seen }).toEqual({
      status,
      location: ['/elsewhere'],
      seen: ['/jobs/7'],
    })
  })
  test.each([
    { method: 'HEAD', status: 200 },
    { method: 'GET', status: 204 },
    { method: 'GET', status: 304 },
  ])('$method $status without a body, and the connection lives on', async ({ method, status }) => {
    const { port, seen } = await http((_, response) => {
      response.writeHead(status, status === 200 ? { 'Content-Length': '5' } : {}).end()
    })
    const call = upstream(`http://127.0.0.1:${port}`)
    for (const _ of [1, 2]) {
      const answer = await call(upstreamRequest({ method }))
      expect({ status: answer.status, body: answer.body.toString() }).toEqual({ status, body: '' })
    }
    expect(seen.connections).toBe(1)
  })
  test('after interim answers (RFC 9110 §15.2)', async () => {
    const { port } = await raw((socket) =>
      socket.end(
        'HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
      ),
    )
    const answer = await upstream(`http://127.0.0.1:${port}`)(upstreamRequest())
    expect({ ...answer, body: answer.body.toString() }).toEqual({
      status: 200,
      headers: { 'content-length': ['2'] },
      body: 'ok',
    })
  })
})

describe('an upstream that fails is a 502', () => {
  test.each([
    { what: 'no HTTP', answer: 'SSH-2.0-OpenSSH\r\n', reason: 'HPE_INVALID_CONSTANT' },
    { what: 'nothing', answer: '', reason: 'ECONNRESET' },
    {
      what: 'a body that ends early',
      answer: 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort',
      reason: 'ECONNRESET',
    },
    {
      what: 'a chunked body that ends early',
      answer: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n',
      reason: 'ECONNRESET',
    },
    {
      what: 'a chunk that is none',
      answer: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nshort\r\n',
      reason: 'ECONNRESET',
    },
    {
      what: 'two lengths',
      answer: 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
      reason: 'HPE_UNEXPECTED_CONTENT_LENGTH',
    },
    {
      what: 'another protocol, which nobody asked for',
      answer: 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
      reason: 'NO_ANSWER',
    },
    {
      what: 'endless headers',
      answer: `HTTP/1.1 200 OK\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`,
      reason: 'HPE_HEADER_OVERFLOW',
    },
  ])('$what', async ({ answer, reason }) => {
    const { port, seen } = await raw((socket) => socket.end(answer))
    await expect(upstream(`http://127.0.0.1:${port}`)(upstreamRequest({ method: 'POST' }))).rejects.toEqual(
      failed(reason),
    )
    // It may have been done: nothing is sent twice.
    expect(seen.connections).toBe(1)
  })

  test('a port that nobody listens on', async () => {
    const { port } = await http(echo)
    await running.pop()?.()
    await expect(upstream(`http://127.0.0.1:${port}`)(upstreamRequest())).rejects.toEqual(
      failed('ECONNREFUSED'),
    )
  })

  test.each([401, 407])('%i, which is about our secret and not about the caller', async (status) => {
    const { port } = await http((_, response) => {
      response.writeHead(status, { 'WWW-Authenticate': 'Basic' }).end()
    })
    await expect(upstream(`http://127.0.0.1:${port}`)(upstreamRequest())).rejects.toEqual(
      failed(`it refuses our secret (${status})`),
    )
  })

  test('a body over the limit, of which no more is read', async () => {
    let wasClosed: Promise<unknown> | undefined
    const { port } = await http((_, response) => {
      wasClosed = new Promise((resolve) => response.on('close', resolve))
      const write = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      }
      response.on('drain', write)
      write()
    })
    await expect(upstream(`http://127.0.0.1:${port}`)(upstreamRequest())).rejects.toEqual(
      failed('BODY_TOO_LARGE'),
    )
    await wasClosed
  })
  test('and a body up to the limit is not', async () => {
    const { port } = await http((_, response) => {
      response.end(Buffer.alloc(4_500_000))
    })
    expect((await upstream(`http://127.0.0.1:${port}`)(upstreamRequest())).body.length).toBe(4_500_000)
  })
  test('and one byte more is', async () => {
    const { port } = await http((_, response) => {
      response.end(Buffer.alloc(4_500_001))
    })
    await expect(upstream(`http://127.0.0.1:${port}`)(upstreamRequest())).rejects.toEqual(
      failed('BODY_TOO_LARGE'),
    )
  })
})

describe('an upstream that is slow is a 504', () => {
  test.each([
    { what: 'no answer', begin: () => undefined },
    { what: 'half a head', begin: (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\nX-A:') },
    {
      what: 'half a body',
      begin: (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'),
    },
    {
      what: 'a body that drips',
      begin: (socket: Socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n')
        const timer = setInterval(() => socket.write('.'), 20)
        socket.on('close', () => clearInterval(timer))
      },
    },
  ])('$what', async ({ begin }) => {
    const { port, seen } = await raw((socket) => void begin(socket))
    const started = Date.now()
    await expect(upstream(`http://127.0.0.1:${port}`, {}, 0.15)(upstreamRequest())).rejects.toEqual(
      slow(0.15),
    )
    expect(Date.now() - started).toBeLessThan(2_000)
    expect(seen.connections).toBe(1)
  })
  test('a name that does not resolve in time', async () => {
    const call = upstream('https://jobs.example', { resolve: () => undefined }, 0.1)
    await expect(call(upstreamRequest())).rejects.toEqual(slow(0.1))
  })
})

describe('a connection', () => {
  test('serves the next request, even when the time of the first is up by then', async () => {
    const { port, seen } = await http(echo)
    const call = upstream(`http://127.0.0.1:${port}`, {}, 0.3)
    await call(upstreamRequest())
    await sleep(400)
    await call(upstreamRequest())
    expect(seen.connections).toBe(1)
  })
  test('that has rested for longer than gunicorn would wait (2 s) does not', async () => {
    const { port, seen } = await http(echo)
    const call = upstream(`http://127.0.0.1:${port}`)
    await call(upstreamRequest())
    const now = Date.now()
    vi.spyOn(Date, 'now').mockReturnValue(now + 1_900)
    await call(upstreamRequest())
    expect(seen.connections).toBe(2)
  })
  test.each(['/broken', '/slow', '/big'])('that failed at %s is replaced by a new one', async (path) => {
    const { port, seen } = await http((message, response) => {
      if (message.url === '/broken')
        response.writeHead(200, { 'Content-Length': '9' }).write('x', () => response.destroy())
      else if (message.url === '/big') response.end(Buffer.alloc(5_000_000))
      else if (message.url !== '/slow') void echo(message, response)
    })
    const call = upstream(`http://127.0.0.1:${port}`, {}, 0.5)
    const to = (way: string) => upstreamRequest({ path: { path: way, parameters: {} } })
    await call(to('/fine'))
    await expect(call(to(path))).rejects.toMatchObject({ name: 'OAuthError' })
    expect(json(await call(to('/fine'))).url).toBe('/fine')
    expect(seen.connections).toBe(2)
  })
})

describe('an address that no upstream may have is not connected to', () => {
  test.each([
    { url: 'https://127.0.0.1' },
    { url: 'https://[::1]' },
    { url: 'https://10.0.0.1' },
    { url: 'https://169.254.169.254' },
    { url: 'https://[::ffff:169.254.169.254]' },
    { url: 'https://2130706433' },
    { url: 'http://1.1.1.1' },
  ])('$url', async ({ url }) => {
    const call = upstream(url, { loopbackUpstreams: false })
    await expect(call(upstreamRequest())).rejects.toEqual(failed('ADDRESS_REFUSED'))
  })
  test.each([{ url: 'http://10.0.0.1' }, { url: 'http://1.1.1.1' }, { url: 'https://192.168.0.1' }])(
    '$url, nor where loopback is allowed',
    async ({ url }) => {
      await expect(upstream(url)(upstreamRequest())).rejects.toEqual(failed('ADDRESS_REFUSED'))
    },
  )
  test('nor where a name leads to it, and its secret is not sent', async () => {
    const { port, seen } = await http(echo)
    const resolve: Resolve = (_, __, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }])
    const call = upstream(`https://jobs.example:${port}`, { resolve, loopbackUpstreams: false })
    await expect(call(upstreamRequest())).rejects.toEqual(failed('ADDRESS_REFUSED'))
    expect(seen.connections).toBe(0)
  })
  test('nor where a name leads to it the second time (DNS rebinding); each connection asks once', async () => {
    const { port, seen } = await http(echo)
    const addresses = ['127.0.0.1', '10.0.0.1', '127.0.0.1']
    const asked: string[] = []
    const resolve: Resolve = (hostname, _, callback) => {
      asked.push(hostname)
      callback(null, [{ address: addresses[asked.length - 1] ?? '', family: 4 }])
    }
    const call = upstream(`http://jobs.example:${port}`, { resolve })
    const closing = upstreamRequest({ headers: { connection: ['close'] } })
    expect((await call(closing)).status).toBe(200)
    expect({ asked: asked.length, connections: seen.connections }).toEqual({ asked: 1, connections: 1 })
    await expect(call(closing)).rejects.toEqual(failed('ADDRESS_REFUSED'))
    expect({ asked: asked.length, connections: seen.connections }).toEqual({ asked: 2, connections: 1 })
    expect((await call(closing)).status).toBe(200)
  })
  test('a name that does not exist', async () => {
    const resolve: Resolve = (_, __, callback) =>
      callback(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), [])
    await expect(upstream('https://jobs.example', { resolve })(upstreamRequest())).rejects.toEqual(
      failed('ENOTFOUND'),
    )
  })
})

describe('TLS', () => {
  test.each(['1', '0'])('is verified with NODE_TLS_REJECT_UNAUTHORIZED=%s', async (value) => {
    const { port } = await listening(createTlsServer(selfSigned, echo))
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', value)
    await expect(upstream(`https://127.0.0.1:${port}`)(upstreamRequest())).rejects.toEqual(
      failed('DEPTH_ZERO_SELF_SIGNED_CERT'),
    )
  })
  test('is spoken: a server without it is a 502', async () => {
    const { port } = await http(echo)
    await expect(upstream(`https://127.0.0.1:${port}`)(upstreamRequest())).rejects.toMatchObject({
      code: 'server_error',
      status: 502,
    })
  })
})

test('without its secret an upstream is not asked', async () => {
  const { port, seen } = await http(echo)
  const missing = new SecretMissing('of upstream jobs')
  const call = upstream(`http://127.0.0.1:${port}`, { secret: () => Promise.reject(missing) })
  await expect(call(upstreamRequest())).rejects.toBe(missing)
  expect(seen.connections).toBe(0)
})
