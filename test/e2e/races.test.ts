import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientId } from '../../shared/protocol/brands.ts'
import { type OperatedStack, startOperatedStack, withoutLimits } from '../support/operated-stack.ts'

const app = { client_id: 'app', client_secret: 'an-imported-secret-of-32-characters-or-more' }
const seed = {
  clients: [
    {
      ...app,
      client_name: 'App',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: ['https://app.example/cb'],
      scope: 'WORKSPACE',
      token_endpoint_auth_method: 'client_secret_post',
    },
  ],
}
let stack: OperatedStack
beforeAll(async () => {
  stack = await startOperatedStack({ preset: 'buddy', change: withoutLimits, seed })
})
afterAll(() => stack?.close())

const ROUNDS = 25
const AT_ONCE = 20
const giveCode = () => stack.giveCode({ clientId: clientId('app'), scope: ['WORKSPACE'] })
const exchange = (code: string) => stack.token({ grant_type: 'authorization_code', code, ...app })
const refresh = (refresh_token: string) => stack.token({ grant_type: 'refresh_token', refresh_token, ...app })
const isActive = async (token: unknown) =>
  ((await stack.introspect({ token: String(token), ...app })) as { active: boolean }).active
const atOnce = <Result>(act: () => Promise<Result>) => Promise.all(Array.from({ length: AT_ONCE }, act))

const tokens = {
  access_token: expect.stringMatching(/^[0-9a-f-]{36}$/),
  token_type: 'Bearer',
  expires_in: 28800,
  refresh_token: expect.stringMatching(/^[0-9A-Za-z]{80}$/),
  refresh_token_expires_in: expect.any(Number),
}
const invalidGrant = {
  status: 400,
  body: {
    error: 'invalid_grant',
    error_description: 'The grant is invalid, expired, revoked or not for this client',
  },
}

describe('races over HTTP', () => {
  test(`${AT_ONCE} exchanges of one code at once: one 200, the rest invalid_grant, and no live token of it, in each of ${ROUNDS} rounds (RFC 6749 §4.1.2)`, async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const code = await giveCode()
      const answers = await atOnce(() => exchange(code))
      const won = answers.filter(({ status }) => status === 200)
      expect(won).toEqual([{ status: 200, body: tokens }])
      expect(answers.filter(({ status }) => status !== 200)).toEqual(Array(AT_ONCE - 1).fill(invalidGrant))
      const { access_token, refresh_token } = won[0]?.body ?? {}
      expect([await isActive(access_token), await isActive(refresh_token)]).toEqual([false, false])
      expect(await refresh(String(refresh_token))).toEqual(invalidGrant)
    }
  }, 60_000)

  test(`${AT_ONCE} refreshes of one token at once all get the same successor, and one chain lives`, async () => {
    for (let round = 0; round < 3; round += 1) {
      const first = (await exchange(await giveCode())).body
      const answers = await atOnce(() => refresh(String(first.refresh_token)))
      expect(answers).toEqual(Array(AT_ONCE).fill({ status: 200, body: tokens }))
      const successors = new Set(answers.map(({ body }) => body.refresh_token))
      expect(successors.size).toBe(1)
      const [successor] = successors
      expect([await isActive(first.refresh_token), await isActive(successor)]).toEqual([false, true])
      // Refreshing goes on from the one successor; then nothing of the generation before it is left.
      const next = await refresh(String(successor))
      expect(next).toEqual({ status: 200, body: tokens })
      const former = await Promise.all(answers.map(({ body }) => isActive(body.access_token)))
      expect([await isActive(first.access_token), ...former]).toEqual(Array(AT_ONCE + 1).fill(false))
      expect([await isActive(next.body.access_token), await isActive(next.body.refresh_token)]).toEqual([
        true,
        true,
      ])
    }
  }, 60_000)

  test('revoking against refreshing: nothing lives after the 200 (RFC 7009 §2.1)', async () => {
    for (let round = 0; round < 5; round += 1) {
      const first = (await exchange(await giveCode())).body
      const token = String(first.refresh_token)
      const refreshing = atOnce(() => refresh(token))
      expect(await stack.revoke({ token, ...app })).toEqual({ status: 200, body: {} })
      const late = await refresh(token)
      expect(late).toEqual(invalidGrant)
      const answers = await refreshing
      expect(answers.filter(({ status }) => status !== 200 && status !== 400)).toEqual([])
      const issued = [first, ...answers.map(({ body }) => body)].flatMap((body) =>
        [body.access_token, body.refresh_token].filter((it) => it !== undefined),
      )
      expect((await Promise.all(issued.map(isActive))).filter(Boolean)).toEqual([])
      for (const { body } of answers.slice(0, 2))
        if (body.refresh_token !== undefined)
          expect(await refresh(String(body.refresh_token))).toEqual(invalidGrant)
    }
  }, 60_000)
})
