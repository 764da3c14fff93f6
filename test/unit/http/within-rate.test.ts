import { expect, test } from 'vitest'
import { withinRate } from '../../../shared/http/within-rate.ts'
import { epochSeconds } from '../../../shared/protocol/brands.ts'
import { appClient, nativeClient } from '../../support/world.ts'

const now = epochSeconds(1_700_000_000)

/** The subject that a request is counted on. */
async function subjectOf(client: ReturnType<typeof appClient>, user: string): Promise<string | undefined> {
  const counted: string[] = []
  const limiter = {
    count: async (subject: string) => {
      counted.push(subject)
      return { allowed: true, limit: 60, remaining: 59, reset: epochSeconds(now + 40) }
    },
  }
  await withinRate(
    { client, user: async () => user, now },
    { limiter, tierOf: async () => ({ requestsPerMinute: 60 }) },
    async () => ({ status: 200, body: {} }),
  )
  return counted[0]
}

test('a client that proved itself is counted on its account', async () => {
  expect(await subjectOf(appClient({ account: 'acme' }), '192.0.2.1')).toBe('account:acme')
})
test('a client without an account is counted by itself', async () => {
  const { account: _, ...client } = appClient()
  expect(await subjectOf(client, '192.0.2.1')).toBe(`client:${client.clientId}`)
})
test('a public client proves nothing: no stranger can use up what its account has', async () => {
  const client = nativeClient()
  const withAccount = { ...client, account: 'acme' }
  expect(await subjectOf(withAccount, '192.0.2.1')).toBe(`public:${client.clientId}:192.0.2.1`)
  expect(await subjectOf(withAccount, '192.0.2.2')).toBe(`public:${client.clientId}:192.0.2.2`)
})
