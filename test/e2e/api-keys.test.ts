import { APIGatewayClient, GetApiKeysCommand } from '@aws-sdk/client-api-gateway'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OperatedStack, startOperatedStack } from '../support/operated-stack.ts'
import { rawRequest } from '../support/raw-request.ts'

/** How long an authorizer remembers an account, and a little more. */
const ACCOUNT_REMEMBERED_MILLISECONDS = 15_000

interface Item {
  readonly tier: string
  readonly apiKey?: { readonly id: string; readonly tier: string }
  readonly nextKey?: { readonly id?: string; readonly madeAt?: number }
  readonly formerKeys?: readonly { readonly id: string; readonly retiredAt: number }[]
}

describe('an account’s API key', () => {
  let stack: OperatedStack
  let token: string
  const lambda = () => new LambdaClient()
  beforeAll(async () => {
    const seed = {
      accounts: [{ id: 'acme', tier: 'pro' }],
      api_tokens: [{ name: 'jobs', account: 'acme', scope: 'read:jobs' }],
    }
    stack = await startOperatedStack({ preset: 'buildbutler', edge: true, seed })
    token = String(stack.demo.api_tokens?.find(({ account }) => account === 'acme')?.token)
  })
  afterAll(() => stack?.close())

  const TableName = () => stack.outputs.AccountsTable
  const account = async (): Promise<Item> => {
    const { Item } = await stack.db.send(
      new GetCommand({ TableName: TableName(), Key: { accountId: 'acme' }, ConsistentRead: true }),
    )
    return Item as Item
  }
  const put = (item: object) =>
    stack.db.send(new PutCommand({ TableName: TableName(), Item: { accountId: 'acme', ...item } }))
  /** What the schedule does every five minutes. */
  const run = async () => {
    const name = stack.functionNames.find((one) => /ApiKeys/i.test(one))
    const { FunctionError } = await lambda().send(new InvokeCommand({ FunctionName: name, Payload: '{}' }))
    expect(FunctionError).toBeUndefined()
  }
  /** A request is never refused, whatever its account's key is doing. */
  const ask = async () => {
    const headers = [['Authorization', `Bearer ${token}`]] as const
    const { status } = await rawRequest(stack.issuer, { path: '/api/v1/jobs', headers })
    expect(status).toBe(200)
    return stack.accessLog().findLast(({ route }) => route === '/api/v1/jobs')?.apiKeyId
  }
  const keysOfApiGateway = async () => {
    const { items = [] } = await new APIGatewayClient().send(new GetApiKeysCommand({ limit: 500 }))
    return items.map(({ id }) => id)
  }
  const usedBefore = async () => {
    let used: unknown
    await expect
      .poll(async () => (used = await ask()), { timeout: ACCOUNT_REMEMBERED_MILLISECONDS, interval: 500 })
      .toBe((await account()).apiKey?.id)
    return used
  }

  test('is made, used once it is known everywhere, moved with the tier, and deleted after that', async () => {
    const fallback = await ask()
    expect(await keysOfApiGateway()).toContain(fallback)

    await run()
    const { nextKey } = await account()
    expect(nextKey).toMatchObject({ id: expect.any(String), madeAt: expect.any(Number) })
    await run() // too soon: API Gateway may not know it everywhere
    expect((await account()).apiKey).toBeUndefined()
    expect(await ask()).toBe(fallback)

    await put({ ...(await account()), nextKey: { ...nextKey, madeAt: (nextKey?.madeAt ?? 0) - 600 } })
    await run()
    expect((await account()).apiKey).toMatchObject({ id: nextKey?.id, tier: 'pro' })
    const first = await usedBefore()
    expect(first).toBe(nextKey?.id)

    await put({ ...(await account()), tier: 'enterprise' })
    await run()
    const { nextKey: next, apiKey } = await account()
    expect(apiKey?.id).toBe(first) // the authorizer names the new tier's fallback meanwhile
    await ask()
    await put({ ...(await account()), nextKey: { ...next, madeAt: (next?.madeAt ?? 0) - 600 } })
    await run()
    const switched = await account()
    expect(switched.apiKey).toMatchObject({ id: next?.id, tier: 'enterprise' })
    expect(await keysOfApiGateway()).toContain(first) // an authorizer may name it for some seconds yet
    expect(await usedBefore()).toBe(next?.id)

    await put({
      ...switched,
      formerKeys: switched.formerKeys?.map((key) => ({ ...key, retiredAt: key.retiredAt - 600 })),
    })
    await run()
    expect((await account()).formerKeys).toBeUndefined()
    expect(await keysOfApiGateway()).not.toContain(first)
    await ask()
  })
})
