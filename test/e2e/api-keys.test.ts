import { APIGatewayClient, DeleteApiKeyCommand } from '@aws-sdk/client-api-gateway'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accountStore } from '../../shared/stores/accounts.ts'
import { accountKeys } from '../support/account-keys.ts'
import { type OperatedStack, startOperatedStack } from '../support/operated-stack.ts'
import { rawRequest } from '../support/raw-request.ts'

/** How long an authorizer remembers an account, and a little more. */
const ACCOUNT_REMEMBERED_MILLISECONDS = 15_000

describe('an account’s API key', () => {
  let stack: OperatedStack
  let token: string
  let acme: ReturnType<typeof accountKeys>
  beforeAll(async () => {
    const seed = {
      accounts: [{ id: 'acme', tier: 'pro' }],
      api_tokens: [{ name: 'jobs', account: 'acme', scope: 'read:jobs' }],
    }
    stack = await startOperatedStack({ preset: 'buildbutler', edge: true, seed })
    token = String(stack.demo.api_tokens?.find(({ account }) => account === 'acme')?.token)
    acme = accountKeys(stack, 'acme')
  })
  afterAll(() => stack?.close())

  const send = () =>
    rawRequest(stack.issuer, { path: '/api/v1/jobs', headers: [['Authorization', `Bearer ${token}`]] })
  /** A request is never refused, whatever its account's key is doing. */
  const ask = async () => {
    expect((await send()).status).toBe(200)
    return stack.accessLog().findLast(({ route }) => route === '/api/v1/jobs')?.apiKeyId
  }
  const usedBefore = async () => {
    let used: unknown
    await expect
      .poll(async () => (used = await ask()), { timeout: ACCOUNT_REMEMBERED_MILLISECONDS, interval: 500 })
      .toBe((await acme.read()).apiKey?.id)
    return used
  }

  test('is made, used once it is known everywhere, moved with the tier, and deleted after that', async () => {
    const fallback = await ask()
    expect(await acme.ofApiGateway()).toContain(fallback)

    await acme.run()
    const { nextKey } = await acme.read()
    expect(nextKey).toMatchObject({ id: expect.any(String), madeAt: expect.any(Number) })
    await acme.run() // too soon: API Gateway may not know it everywhere
    expect((await acme.read()).apiKey).toBeUndefined()
    expect(await ask()).toBe(fallback)

    await acme.letTimePass()
    await acme.run()
    expect((await acme.read()).apiKey).toMatchObject({ id: nextKey?.id, tier: 'pro' })
    const first = await usedBefore()
    expect(first).toBe(nextKey?.id)

    await accountStore(stack.db, stack.outputs.AccountsTable ?? '').setTier('acme', 'enterprise')
    await acme.run()
    const { nextKey: next, apiKey } = await acme.read()
    expect(apiKey?.id).toBe(first) // the authorizer names the new tier's fallback meanwhile
    await ask()
    await acme.letTimePass()
    await acme.run()
    expect((await acme.read()).apiKey).toMatchObject({ id: next?.id, tier: 'enterprise' })
    expect(await acme.ofApiGateway()).toContain(first) // an authorizer may name it for some seconds yet
    expect(await usedBefore()).toBe(next?.id)

    await acme.letTimePass()
    await acme.run()
    expect((await acme.read()).formerKeys).toBeUndefined()
    expect(await acme.ofApiGateway()).not.toContain(first)
    await ask()
  })

  test('that somebody deleted is given up by a run: its account is served again, and gets another', async () => {
    const { apiKey } = await acme.read()
    await new APIGatewayClient().send(new DeleteApiKeyCommand({ apiKey: apiKey?.id }))
    expect((await send()).status).toBe(503)
    await acme.run()
    await expect
      .poll(async () => (await send()).status, { timeout: ACCOUNT_REMEMBERED_MILLISECONDS, interval: 500 })
      .toBe(200)
    await acme.letTimePass()
    await acme.run()
    const { apiKey: another, formerKeys } = await acme.read()
    expect([another?.id === apiKey?.id, formerKeys]).toEqual([false, undefined])
    expect(await usedBefore()).toBe(another?.id)
  })
})
