import { type IncomingMessage, request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DemoClient, type RunningStack, startStack } from '../support/local-stack.ts'
import { basic } from '../support/token-request.ts'

/** As many as the preset lets one name fail from one address (`signIn.failuresPerUser`). */
const LIMIT = 10

const ways = [
  { way: 'behind the edge', environment: {}, stage: '' },
  { way: 'without an edge', environment: { EDGE: 'none' }, stage: '/prod' },
]

describe.each(ways)(
  'failed sign-ins are counted by the caller’s own address, $way',
  ({ environment, stage }) => {
    let stack: RunningStack
    let client: DemoClient

    beforeAll(async () => {
      stack = await startStack({ PRESET: 'butlr', ...environment })
      const firstParty = stack.demo().clients.find(({ client_id }) => client_id === 'demo-first-party')
      if (!firstParty) throw new Error('the demo data has no app that takes passwords')
      client = firstParty
    })
    afterAll(async () => {
      await stack?.stop()
    })

    /** Asks from one of the loopback network's addresses. */
    function ask(
      path: string,
      localAddress: string,
      form: Record<string, string>,
      headers: Record<string, string> = {},
    ): Promise<IncomingMessage> {
      return new Promise((resolve, reject) => {
        const outgoing = request(`${stack.url}${stage}${path}`, {
          method: 'POST',
          localAddress,
          headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
        })
        outgoing.on('error', reject)
        outgoing.on('response', (response) => {
          response.resume()
          resolve(response)
        })
        outgoing.end(new URLSearchParams(form).toString())
      })
    }

    /** Guesses a password; gives the status. */
    async function guess(localAddress: string, username: string, headers: Record<string, string> = {}) {
      const form = { grant_type: 'password', username, password: 'a wrong guess' }
      const authorization = { Authorization: basic(client) }
      const { statusCode } = await ask('/oauth/token', localAddress, form, { ...authorization, ...headers })
      return statusCode ?? 0
    }

    async function guesses(count: number, localAddress: string, username: string): Promise<number[]> {
      const statuses: number[] = []
      for (let made = 0; made < count; made += 1) statuses.push(await guess(localAddress, username))
      return statuses
    }

    test('the guess past the limit is 429, and another address is not locked out', async () => {
      const statuses = await guesses(LIMIT + 1, '127.0.0.2', 'demo')
      expect(statuses).toEqual([...Array.from({ length: LIMIT }, () => 400), 429])
      expect(await guess('127.0.0.3', 'demo')).toBe(400)
    })

    test.each([
      { trick: 'another address', headers: { 'X-Forwarded-For': '203.0.113.9' } },
      {
        trick: 'a chain of addresses',
        headers: { 'X-Forwarded-For': '203.0.113.9, 203.0.113.10, 203.0.113.11' },
      },
      {
        trick: 'a made-up proof of the edge',
        headers: { 'X-Forwarded-For': '203.0.113.9, 203.0.113.10', 'X-Scrip-Edge': 'guessed' },
      },
    ])('a blocked caller gets no further by sending $trick', async ({ headers }) => {
      await guesses(LIMIT, '127.0.0.4', 'ada')
      expect(await guess('127.0.0.4', 'ada', headers)).toBe(429)
    })

    test.each([
      { path: '/oauth/token', status: 401 },
      { path: '/oauth/token/client_credentials', status: 401 },
      { path: '/oauth/revoke', status: 401 },
      { path: '/oauth/introspect', status: 401 },
      { path: '/oauth/userinfo', status: 401 },
      { path: '/oauth/leaked', status: 202 },
      { path: '/api/v1/anything', status: 401 },
    ])(
      'a stranger at $path is told the window of its own address',
      { retry: 1 }, // the minute may end in between
      async ({ path, status }) => {
        const remaining = async (localAddress: string) => {
          const form = { grant_type: 'client_credentials', token: 'x', client_id: 'x', client_secret: 'x' }
          const { statusCode, headers } = await ask(path, localAddress, form)
          expect(statusCode).toBe(status)
          return Number(headers['x-ratelimit-remaining'])
        }
        const first = await remaining('127.0.0.5')
        const others = [await remaining('127.0.0.6'), await remaining('127.0.0.6')]
        const again = await remaining('127.0.0.5')
        expect([first - again, (others[0] ?? 0) - (others[1] ?? 0)]).toEqual([1, 1])
      },
    )
  },
)
