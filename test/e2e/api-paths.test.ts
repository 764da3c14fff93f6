/** Paths that might mean another one than their route's: no upstream sees them, and the authorizer does not fail. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OperatedStack, startOperatedStack, withoutLimits } from '../support/operated-stack.ts'
import { rawRequest } from '../support/raw-request.ts'
import { client, credentials } from '../support/seeded-apps.ts'

/** Routes with one parameter and with a greedy one, onto the sample upstream. */
const api = `
api:
  upstreams:
    files: { url: https://files.example, timeoutSeconds: 1 }
  routes:
    - { path: "/files/{name}", methods: [GET, POST, HEAD], scope: [read], upstream: files }
    - { path: "/trees/{path+}", methods: [GET, PUT], scope: [read], upstream: files }
`
const bad = ['The path is not valid', 400] as const
const unknown = ['There is nothing here', 404] as const
/** What is no text, API Gateway refuses by itself. */
const gateway = ['The request cannot be served', 400] as const
const hostile = [
  ...[
    ...['/files/..', '/files/.', '/files/%2e%2e', '/files/%2E%2e', '/files/.%2e', '/files/%252e%252e'],
    ...['/files/..%3Fx', '/files/%2e%2e%23', '/files/%252e%252e%253f', '/files/%2e%2e%20'],
    ...['/files/a%2fb', '/files/a%2Fb', '/files/a%252fb', '/files/a%5cb', '/files/a%5Cb', '/files/a%255cb'],
    ...['/files/a\\b', '/files/a%00b', '/files/a%0d%0aX-Injected:1', '/files/a%7f'],
    ...['/trees/../files/a', '/trees/a/../../files', '/trees/a/./b', '/trees/a/%2e%2e/b', '/trees/a//b'],
    ...['/trees/a/', '/trees/a//', '/trees/%2F', '/trees/a%2Fb', '/trees/a%2f..%2fb'],
  ].map((path) => [path, ...bad] as const),
  ...['/Files/a', '//files/a', '/files', '/api/v1/a%2Fb', '/api/v1/a//', '/api/v1/%2F/%2F'].map(
    (path) => [path, ...unknown] as const,
  ),
  ...['/files/%ff', '/files/%c0%ae%c0%ae', '/files/%'].map((path) => [path, ...gateway] as const),
]

describe.each([{ edge: true }, { edge: false }])('with an edge: $edge', ({ edge }) => {
  let stack: OperatedStack
  let tokens: Readonly<Record<string, string>>
  beforeAll(async () => {
    const change = (yaml: string) => withoutLimits(yaml.replace(/^api: .*$/m, api))
    const machine = client('machine', {
      grant_types: ['client_credentials'],
      redirect_uris: undefined,
      scope: 'read',
    })
    const seed = {
      accounts: [{ id: 'acme' }],
      clients: [machine],
      api_tokens: [{ name: 'CI', account: 'acme', scope: 'read' }],
    }
    stack = await startOperatedStack({ preset: 'default', edge, change, seed })
    const { body } = await stack.token({ grant_type: 'client_credentials', ...credentials('machine') })
    const jwt = String(body.access_token)
    tokens = {
      'an API token': String(stack.demo.api_tokens?.[0]?.token),
      'a JWT': jwt,
      'a forged JWT': `${jwt.slice(0, -4)}AAAA`,
      junk: 'junk',
    }
  })
  afterAll(() => stack?.close())

  const ask = (path: string, token: string) =>
    rawRequest(stack.issuer, {
      path: `${new URL(stack.issuer).pathname.replace(/\/$/, '')}${path}`,
      headers: [['Authorization', `Bearer ${tokens[token]}`]],
    })

  test.each(['an API token', 'a JWT'])('%s is good', async (token) => {
    expect((await ask('/files/a', token)).status).toBe(200)
    expect((await ask('/trees/a/b', token)).status).toBe(200)
  })

  test.each(
    ['an API token', 'a JWT'].flatMap((token) =>
      hostile.map(([path, error_description, status]) => ({ token, path, error_description, status })),
    ),
  )('with $token the path $path reaches no upstream: $status', async ({ token, path, ...expected }) => {
    const { status, body } = await ask(path, token)
    const { error_description } = expected
    expect({ status, body }).toEqual({
      status: expected.status,
      body: { error: 'invalid_request', error_description },
    })
  })

  test.each(['a forged JWT', 'junk'])('with %s each is refused, and nothing fails', async (token) => {
    for (const [path] of hostile) {
      const { status } = await ask(path, token)
      const allowed = (await ask(path, 'an API token')).headers['x-ratelimit-limit'] !== undefined
      // What API Gateway answers by itself never asked the authorizer.
      expect([path, status]).toEqual([path, allowed ? 401 : status])
      expect([400, 401, 404]).toContain(status)
    }
  })
})
