/** The server that plays the team's own API behind Scrip's proxy. */
import { get, request as httpRequest, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Template } from '../../infra/local/template/types.ts'
import { answering, type RunningFixture, startFixture } from './support/fixture.ts'

const secret = { 'x-scrip-secret': 'the secret of orders' }
const named = (Name: string, SecretString: string) => ({
  Type: 'AWS::SecretsManager::Secret',
  Properties: { Name, SecretString },
})

let stack: RunningFixture
beforeAll(async () => {
  stack = await startFixture(
    {
      functions: { hello: { source: answering('1') } },
      resources: {
        Orders: named('orders', secret['x-scrip-secret']),
        Users: named('users', 'the secret of users'),
        Other: named('other', 'no secret of an upstream'),
      },
    },
    {
      transformTemplate: (template: Template) => ({
        ...template,
        Outputs: {
          UpstreamOrdersSecret: { Value: { Ref: 'Orders' } },
          UpstreamUsersSecret: { Value: { Ref: 'Users' } },
          SigningSecret: { Value: { Ref: 'Other' } },
        },
      }),
    },
  )
})
afterAll(() => stack.remove())

const ask = (path: string, init: RequestInit = {}) =>
  fetch(`${stack.sampleUpstream}${path}`, { headers: secret, redirect: 'manual', ...init })

test.each([
  ['no secret', {}],
  ['a wrong secret', { 'x-scrip-secret': 'the secret of order' }],
  ['an empty secret', { 'x-scrip-secret': '' }],
  ['a secret of something else', { 'x-scrip-secret': 'no secret of an upstream' }],
])('with %s it lets nobody in, at any path', async (_name, headers) => {
  for (const path of ['/', '/status-200', '/binary']) {
    const response = await ask(path, { headers })
    expect([response.status, await response.json()]).toEqual([
      403,
      { error: 'forbidden', message: 'x-scrip-secret is missing or wrong' },
    ])
  }
})

test('it tells what reached it, without the secret', async () => {
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { 'X-Scrip-Secret': 'the secret of users', 'X-Own': 'v' }
    const url = `${stack.sampleUpstream}/a/%7e//b?x=%20&y`
    httpRequest(url, { method: 'PATCH', headers }, resolve).on('error', reject).end('{"a":1}')
  })
  const chunks = await (await answered).toArray()
  expect(JSON.parse(Buffer.concat(chunks).toString())).toEqual({
    service: 'sample',
    method: 'PATCH',
    path: '/a/%7e//b',
    query: 'x=%20&y',
    headers: {
      'x-own': 'v',
      host: new URL(stack.sampleUpstream).host,
      connection: expect.any(String),
      'content-length': '7',
    },
    body: '{"a":1}',
  })
  expect(await (await ask('/plain')).json()).toMatchObject({ query: '', body: null })
})

describe('by its last segment a path asks for', () => {
  test('a status', async () => {
    expect((await ask('/v1/status-418')).status).toBe(418)
    expect((await ask('/v1/status-204')).status).toBe(204)
    expect((await ask('/v1/status-42')).status).toBe(400)
  })

  test('a redirection', async () => {
    const response = await ask('/redirect')
    expect([response.status, response.headers.get('location')]).toEqual([302, 'https://example.com/'])
  })

  test('many bytes, or any', async () => {
    expect(await (await ask('/big-100000')).text()).toBe('a'.repeat(100_000))
    const binary = await ask('/binary')
    expect(binary.headers.get('content-type')).toBe('application/octet-stream')
    expect([...new Uint8Array(await binary.arrayBuffer())]).toEqual(Array.from({ length: 256 }, (_, i) => i))
  })

  test('headers that end at the proxy, that repeat, or that API Gateway renames', async () => {
    const message = await new Promise<IncomingMessage>((resolve, reject) => {
      get(`${stack.sampleUpstream}/hop`, { headers: secret }, resolve).on('error', reject)
    })
    message.resume()
    expect(message.headers).toMatchObject({
      connection: 'close, x-hop',
      'x-hop': '1',
      'keep-alive': 'timeout=5',
      'proxy-authenticate': 'Basic',
    })
    expect((await ask('/cookies')).headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2; Path=/'])
    expect((await ask('/x-remapped')).headers.get('www-authenticate')).toBe('Basic')
  })

  test('an answer that breaks off, or that does not come', async () => {
    const broken = await ask('/broken')
    expect(broken.status).toBe(200)
    await expect(broken.text()).rejects.toThrow('terminated')
    await expect(ask('/slow', { signal: AbortSignal.timeout(200) })).rejects.toThrow('timeout')
  })

  test('nothing special where the name is one that every object has', async () => {
    expect((await ask('/constructor')).status).toBe(200)
  })
})
