import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ApiStack, startApiStack } from '../support/api-stack.ts'
import { type RawRequest, rawRequest } from '../support/raw-request.ts'

/** Routes with one parameter and with a greedy one, onto the sample upstream. */
const api = `
api:
  upstreams:
    files: { url: https://files.example, timeoutSeconds: 1 }
  routes:
    - { path: "/files/{name}", methods: [GET, POST, HEAD], scope: [read], upstream: files }
    - { path: "/trees/{path+}", methods: [GET, PUT], scope: [read], upstream: files }
`
const unauthorized = { status: 401, body: { error: 'invalid_token', error_description: expect.any(String) } }

describe('the team’s API under attack', () => {
  let stack: ApiStack
  beforeAll(async () => {
    stack = await startApiStack(api)
  })
  afterAll(() => stack?.close())

  const ask = (request: RawRequest) => stack.askApi(request)
  const brief = async (request: RawRequest) => {
    const { status, body } = await ask(request)
    return { status, body }
  }

  test.each([
    { path: '/files/a', reaches: '/files/a' },
    { path: '/files/a%20b', reaches: '/files/a%20b' },
    { path: '/files/%C3%A9', reaches: '/files/%C3%A9' },
    { path: '/files/a+b', reaches: '/files/a%2Bb' },
    { path: '/files/%41', reaches: '/files/A' },
    { path: '/files/a;b=c', reaches: '/files/a%3Bb%3Dc' },
    { path: '/files/...', reaches: '/files/...' },
    { path: '/trees/a/b/c', reaches: '/trees/a/b/c' },
    { path: '/trees/a/.git/..c', reaches: '/trees/a/.git/..c' },
  ])('$path reaches the upstream as $reaches', async ({ path, reaches }) => {
    expect(await brief({ path })).toMatchObject({ status: 200, body: { service: 'sample', path: reaches } })
  })

  test('the query reaches it, repeated names included', async () => {
    const answer = await brief({ path: '/files/a?x=1&y=%26&x=2' })
    expect(answer).toMatchObject({ status: 200, body: { query: expect.any(String) } })
    const { query } = answer.body as { query: string }
    expect([...new URLSearchParams(query)].sort()).toEqual([
      ['x', '1'],
      ['x', '2'],
      ['y', '&'],
    ])
  })

  test('headers that name the caller, the connection or a credential do not reach the upstream', async () => {
    const { status, body } = await ask({
      path: '/files/a',
      headers: [
        ['Cookie', 'session=stolen'],
        ['X-Scrip-Subject', 'root'],
        ['x-scrip-secret', 'guess'],
        ['X_Scrip_Subject', 'root'],
        ['X-Scrip-Admin', 'true'],
        ['Connection', 'close, X-Scrip-Subject'],
        ['Proxy-Authorization', 'Basic eDp5'],
        ['TE', 'trailers'],
        ['Upgrade', 'websocket'],
        ['Forwarded', 'for=127.0.0.1'],
        ['X-Kept', 'one'],
        ['Accept-Language', 'de'],
      ],
    })
    expect(status).toBe(200)
    const { headers } = body as { headers: Record<string, string> }
    expect(headers).toMatchObject({
      'x-kept': 'one',
      'accept-language': 'de',
      'x-scrip-subject': 'acme',
      'x-scrip-account': 'acme',
      'x-scrip-scope': 'read',
      'x-scrip-token-kind': 'api_token',
      'x-scrip-tier': 'standard',
    })
    expect(JSON.stringify(headers)).not.toMatch(/stolen|root|guess|eDp5|websocket|127\.0\.0\.1;|true/i)
    for (const name of [
      'authorization',
      'cookie',
      'x_scrip_subject',
      'x-scrip-admin',
      'forwarded',
      'upgrade',
    ])
      expect(headers).not.toHaveProperty(name)
    expect(JSON.stringify(body)).not.toContain(stack.apiToken)
  })

  test('headers that servers follow to another path, method, host or address do not reach it', async () => {
    const names = [
      ...['SCRIPT_NAME', 'PATH_INFO', 'Script-Name', 'Path-Info', 'X-Original-URI', 'X-Original-URL'],
      ...['X-Rewrite-URL', 'X-Envoy-Original-Path', 'X-HTTP-Method', 'X-HTTP-Method-Override', 'X-Method'],
      ...['X-Method-Override', 'X-Original-Method', 'X-Host', 'X-Original-Host', 'X-Forwarded-Host', 'Proxy'],
      ...['REMOTE_USER', 'Remote-User', 'X-Remote-User', 'X-Real-IP', 'True-Client-IP', 'X-Client-IP'],
      ...['X-Cluster-Client-IP', 'CF-Connecting-IP', 'Fastly-Client-IP', 'X-Original-Forwarded-For'],
    ]
    const { status, body } = await ask({
      path: '/files/a',
      headers: names.map((name) => [name, `/override-by-${name}`]),
    })
    expect({ status, body }).toMatchObject({ status: 200, body: { method: 'GET', path: '/files/a' } })
    expect(JSON.stringify(body)).not.toContain('override-by')
  })

  test.each([
    { sent: [] },
    { sent: [['X-Forwarded-For', '6.6.6.6']] },
    { sent: [['X-Forwarded-For', '6.6.6.6, 127.0.0.9, 130.176.0.1']] },
    {
      sent: [
        ['X-Scrip-Edge', 'guess'],
        ['CloudFront-Viewer-Address', '6.6.6.6:1'],
        ['X-Forwarded-Proto', 'http'],
      ],
    },
  ] as const)('the upstream is told the caller’s own address, whatever it sent: $sent', async ({ sent }) => {
    const { body } = await ask({ path: '/files/a', headers: sent })
    const { headers } = body as { headers: Record<string, string> }
    expect(headers).toMatchObject({ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https' })
    expect(JSON.stringify(headers)).not.toMatch(/6\.6\.6\.6|130\.176/)
  })

  test.each([
    { what: 'two Authorization headers', headers: [['Authorization', 'Bearer x']] },
    { what: 'the same one twice', again: true },
    { what: 'a token in the query as well', query: '?access_token=x' },
  ])('$what: 401', async ({ headers = [], again, query = '' }) => {
    const more = again ? [['Authorization', `Bearer ${stack.apiToken}`]] : headers
    expect(await brief({ path: `/files/a${query}`, headers: more as [string, string][] })).toEqual(
      unauthorized,
    )
  })

  test('a token in the query alone: 401', async () => {
    const { status } = await rawRequest(stack.issuer, { path: `/files/a?access_token=${stack.apiToken}` })
    expect(status).toBe(401)
  })

  test.each([{ scheme: 'Basic' }, { scheme: 'Token' }, { scheme: '' }, { scheme: 'Bearer Bearer' }])(
    'the scheme "$scheme" is none of ours: 401',
    async ({ scheme }) => {
      const headers = [['Authorization', `${scheme} ${stack.apiToken}`.trim()] as const]
      expect((await rawRequest(stack.issuer, { path: '/files/a', headers })).status).toBe(401)
    },
  )

  test('the scheme is case-insensitive (RFC 9110 §11.1)', async () => {
    const headers = [['authorization', `bEaReR ${stack.apiToken}`] as const]
    expect((await rawRequest(stack.issuer, { path: '/files/a', headers })).status).toBe(200)
  })

  test.each([
    { last: 'status-404', status: 404 },
    { last: 'status-500', status: 500 },
    { last: 'redirect', status: 302 },
    { last: 'broken', status: 502 },
    { last: 'slow', status: 504 },
    { last: 'big-4600000', status: 502 },
    { last: 'big-1000000', status: 200 },
    { last: 'cookies', status: 200 },
    { last: 'hop', status: 200 },
  ])('an upstream’s $last is $status, and the next request is fine', async ({ last, status }) => {
    const answer = await ask({ path: `/files/${last}` })
    expect(answer.status).toBe(status)
    // An app on our own origin could else set cookies where people sign in.
    expect(answer.headers).not.toHaveProperty('set-cookie')
    expect(answer.headers).not.toHaveProperty('x-hop')
    expect((await ask({ path: '/files/a' })).status).toBe(200)
  })

  test('bytes come through both ways', async () => {
    const { bytes, headers } = await ask({ path: '/files/binary' })
    expect(bytes).toEqual(Buffer.from(Array.from({ length: 256 }, (_, value) => value)))
    expect(headers['content-type']).toBe('application/octet-stream')
    const text = 'über\u0000'
    const sent = await ask({
      method: 'POST',
      path: '/files/a',
      body: text,
      headers: [['Content-Type', 'text/plain; charset=utf-8']],
    })
    expect(sent.body).toMatchObject({ method: 'POST', body: text })
  })

  test('HEAD has the headers of GET, and no body', async () => {
    const { status, text } = await ask({ method: 'HEAD', path: '/files/a' })
    expect({ status, text }).toEqual({ status: 200, text: '' })
  })
})
