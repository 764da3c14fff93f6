/** API keys and usage plans before the stage, and the control plane that functions call. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  APIGatewayClient,
  CreateApiKeyCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  DeleteUsagePlanKeyCommand,
  GetApiKeyCommand,
  GetApiKeysCommand,
  GetRestApisCommand,
  GetUsagePlanKeyCommand,
  GetUsagePlanKeysCommand,
  GetUsagePlansCommand,
} from '@aws-sdk/client-api-gateway'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Json, JsonObject } from '../../infra/local/json.ts'
import type { Resource } from '../../infra/local/template/types.ts'
import {
  answering,
  ask,
  authorizerResources,
  behind,
  type Fixture,
  packageUrl,
  type RunningFixture,
  startFixture,
} from './support/fixture.ts'

const of = (type: string, Properties: JsonObject): Resource => ({
  Type: `AWS::ApiGateway::${type}`,
  Properties,
})
const stages = [{ ApiId: { Ref: 'Api' }, Stage: { Ref: 'Stage' }, Throttle: {} }]
const plan = (UsagePlanName: string, Throttle?: JsonObject, ApiStages: Json = stages) =>
  of('UsagePlan', { UsagePlanName, ApiStages, ...(Throttle && { Throttle }) })
const key = (Value: string, more: JsonObject = {}) => of('ApiKey', { Value, Enabled: true, ...more })
const planKey = (KeyId: string, UsagePlanId: string) =>
  of('UsagePlanKey', { KeyId: { Ref: KeyId }, KeyType: 'API_KEY', UsagePlanId: { Ref: UsagePlanId } })

const values = {
  first: 'first-key-of-the-tests-1',
  second: 'secondkeyofthetests1',
  disabled: 'disabledkeyofthetests',
  outside: 'keyoutsideofallplans1',
  free: 'keywithoutalimit12345',
}
const resources: Readonly<Record<string, Resource>> = {
  Slow: plan('slow', { RateLimit: 0.001, BurstLimit: 2 }),
  Free: plan('free'),
  Elsewhere: plan('elsewhere', undefined, []),
  First: key(values.first, { Name: 'first' }),
  Second: key(values.second),
  Disabled: key(values.disabled, { Enabled: false }),
  Outside: key(values.outside),
  FreeKey: key(values.free),
  FirstInSlow: planKey('First', 'Slow'),
  SecondInSlow: planKey('Second', 'Slow'),
  DisabledInSlow: planKey('Disabled', 'Slow'),
  OutsideElsewhere: planKey('Outside', 'Elsewhere'),
  FreeInFree: planKey('FreeKey', 'Free'),
}
const byHeader: Fixture = {
  functions: {
    keyed: { source: answering('event.requestContext.identity'), method: { ApiKeyRequired: true } },
    open: { source: answering('event.requestContext.identity') },
  },
  resources,
}
const forbidden = { status: 403, body: { message: 'Forbidden' } }
const throttled = { status: 429, body: { message: 'Too Many Requests' } }
const withKey = (stack: RunningFixture, value: string) =>
  ask(stack.route('keyed'), { headers: { 'x-api-key': value } })
const clientOf = ({ operator }: RunningFixture) =>
  new APIGatewayClient({
    endpoint: operator.AWS_ENDPOINT_URL_API_GATEWAY as string,
    region: 'us-east-1',
    credentials: {
      accessKeyId: operator.AWS_ACCESS_KEY_ID as string,
      secretAccessKey: operator.AWS_SECRET_ACCESS_KEY as string,
      sessionToken: operator.AWS_SESSION_TOKEN as string,
    },
    maxAttempts: 1,
  })

describe('a method that requires an API key', () => {
  let stack: RunningFixture
  beforeAll(async () => {
    stack = await startFixture(byHeader)
  })
  afterAll(() => stack.remove())

  test.each([
    ['none', undefined],
    ['an unknown one', 'nobodyknowsthiskey123'],
    ['a disabled one', values.disabled],
    ['one of a plan without this stage', values.outside],
  ])('refuses %s', async (_name, value) => {
    const headers = value === undefined ? {} : { 'x-api-key': value }
    expect(await ask(stack.route('keyed'), { headers })).toEqual(forbidden)
  })

  test('lets each key have the rate of its plan, and none of another key’s', async () => {
    const statuses = async (value: string, times: number) => {
      const found: number[] = []
      for (let time = 0; time < times; time += 1) found.push((await withKey(stack, value)).status)
      return found
    }
    expect(await statuses(values.first, 3)).toEqual([200, 200, 429])
    expect(await statuses(values.second, 2)).toEqual([200, 200])
    expect(await withKey(stack, values.first)).toEqual(throttled)
    expect(await statuses(values.free, 5)).toEqual([200, 200, 200, 200, 200])
  })

  test('tells the function which key it was', async () => {
    const { body } = await withKey(stack, values.free)
    expect(body).toMatchObject({ apiKey: values.free, apiKeyId: expect.stringMatching(/^[0-9a-z]{10}$/) })
    const open = await ask(stack.route('open'), { headers: { 'x-api-key': values.free } })
    expect(open.body).not.toHaveProperty('apiKey')
  })
})

describe('where the authorizer gives the key', () => {
  let stack: RunningFixture
  beforeAll(async () => {
    stack = await startFixture({
      api: { ApiKeySourceType: 'AUTHORIZER' },
      functions: {
        giver: {
          source: `export const handler = async ({ headers }) => ({ principalId: 'a',
            policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: '*' }] },
            ...(headers['x-give'] && { usageIdentifierKey: headers['x-give'] }) })`,
        },
        keyed: {
          source: answering('event.requestContext.identity'),
          method: { ApiKeyRequired: true, ...behind('giver') },
        },
      },
      resources: { ...resources, ...authorizerResources('giver') },
      methodSettings: [
        { ResourcePath: '/*', HttpMethod: '*', ThrottlingRateLimit: 0.001, ThrottlingBurstLimit: 3 },
      ],
      gatewayResponses: {
        THROTTLED: {
          ResponseParameters: { 'gatewayresponse.header.X-Key': 'context.identity.apiKeyId' },
        },
      },
    })
  })
  afterAll(() => stack.remove())

  test('the header counts for nothing, and a plan’s limit comes before the stage’s', async () => {
    expect(await withKey(stack, values.free)).toEqual(forbidden)
    const give = (value: string) => fetch(stack.route('keyed'), { headers: { 'x-give': value } })
    expect((await give('nobodyknowsthiskey123')).status).toBe(403)
    const answer = await give(values.first)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ apiKey: values.first })
    expect((await give(values.first)).status).toBe(200)
    const third = await give(values.first)
    expect([third.status, third.headers.get('x-key')]).toEqual([429, expect.any(String)])
    // What the plan refused took nothing of the stage's three.
    expect([(await give(values.free)).status, (await give(values.free)).status]).toEqual([200, 429])
  })
})

describe('a template is refused', () => {
  test.each([
    [
      'with one value for two keys',
      { Twin: key(values.first) },
      'Twin.Value is refused: API Key already exists',
    ],
    [
      'with a key in two plans of a stage',
      { Again: planKey('First', 'Free') },
      'it cannot reference multiple Usage Plans with the same api stage',
    ],
    [
      'with a plan for a stage that is not there',
      { Lost: plan('lost', undefined, [{ ApiId: { Ref: 'Api' }, Stage: 'test' }]) },
      'Lost.ApiStages[0].Stage names',
    ],
  ])('%s', async (_name, more, message) => {
    await expect(startFixture({ ...byHeader, resources: { ...resources, ...more } })).rejects.toThrow(message)
  })
})

describe('the control plane', () => {
  let folder: string
  let stack: RunningFixture | undefined
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'api-keys-'))
  })
  afterEach(async () => {
    await stack?.close()
    stack = undefined
    rmSync(folder, { recursive: true })
  })
  async function restart(options: Parameters<typeof startFixture>[1] = {}) {
    await stack?.close()
    stack = await startFixture(byHeader, { folder, ...options })
    return { stack, client: clientOf(stack) }
  }
  const planIdOf = async (client: APIGatewayClient, name: string) => {
    const { items = [] } = await client.send(new GetUsagePlansCommand({}))
    return items.find((item) => item.name === name)?.id as string
  }
  const value = 'anewkeyofanaccount1234'

  test('makes a key that works once it is in a plan, also after a restart, until it is deleted', async () => {
    const first = await restart()
    const created = await first.client.send(
      new CreateApiKeyCommand({ name: 'account-1', value, enabled: true, tags: { a: 'b' } }),
    )
    expect(created).toMatchObject({ name: 'account-1', value, enabled: true, tags: { a: 'b' } })
    expect(Math.abs((created.createdDate?.getTime() ?? 0) - Date.now())).toBeLessThan(5_000)
    expect(await withKey(first.stack, value)).toEqual(forbidden)
    const ids = { usagePlanId: await planIdOf(first.client, 'free'), keyId: created.id }
    expect(
      await first.client.send(new CreateUsagePlanKeyCommand({ ...ids, keyType: 'API_KEY' })),
    ).toMatchObject({ id: created.id, name: 'account-1', type: 'API_KEY' })
    expect((await withKey(first.stack, value)).status).toBe(200)

    const second = await restart()
    expect((await withKey(second.stack, value)).status).toBe(200)
    expect(await second.client.send(new GetUsagePlanKeyCommand(ids))).toMatchObject({ name: 'account-1' })
    const plans = await second.client.send(new GetUsagePlansCommand({ keyId: created.id as string }))
    expect(plans.items).toEqual([
      { id: ids.usagePlanId, name: 'free', apiStages: [{ apiId: expect.any(String), stage: 'prod' }] },
    ])
    await second.client.send(new DeleteUsagePlanKeyCommand(ids))
    expect(await withKey(second.stack, value)).toEqual(forbidden)
    await second.client.send(new CreateUsagePlanKeyCommand({ ...ids, keyType: 'API_KEY' }))
    await second.client.send(new DeleteApiKeyCommand({ apiKey: created.id }))
    expect(await withKey(second.stack, value)).toEqual(forbidden)
    const gone = second.client.send(new GetApiKeyCommand({ apiKey: created.id }))
    await expect(gone).rejects.toMatchObject({ name: 'NotFoundException' })
  })

  test('lists keys by the beginning of their name, in pages, with values only where asked', async () => {
    const { client } = await restart()
    for (const name of ['tier-a', 'tier-b', 'tier-c', 'other'])
      await client.send(new CreateApiKeyCommand({ name, enabled: true }))
    const names: (string | undefined)[] = []
    let position: string | undefined
    do {
      const page = await client.send(new GetApiKeysCommand({ nameQuery: 'tier-', limit: 2, position }))
      expect(page.items?.every((item) => item.value === undefined)).toBe(true)
      names.push(...(page.items ?? []).map(({ name }) => name))
      position = page.position
    } while (position !== undefined)
    expect(names.sort()).toEqual(['tier-a', 'tier-b', 'tier-c'])
    const { items = [] } = await client.send(
      new GetApiKeysCommand({ nameQuery: 'first', includeValues: true }),
    )
    expect(items).toMatchObject([{ name: 'first', value: values.first }])
    const apiKey = items[0]?.id
    expect(await client.send(new GetApiKeyCommand({ apiKey }))).not.toHaveProperty('value')
    expect(await client.send(new GetApiKeyCommand({ apiKey, includeValue: true }))).toMatchObject({
      value: values.first,
    })
    const usagePlanId = await planIdOf(client, 'slow')
    expect((await client.send(new GetUsagePlanKeysCommand({ usagePlanId }))).items).toHaveLength(3)
    const { items: plans = [] } = await client.send(new GetUsagePlansCommand({}))
    expect(plans.find(({ id }) => id === usagePlanId)?.throttle).toEqual({ rateLimit: 0.001, burstLimit: 2 })
  })

  test('refuses what API Gateway refuses', async () => {
    const { client } = await restart({ apiKeyLimits: { quota: 7 } })
    const create = (input: { value?: string; name?: string }) => client.send(new CreateApiKeyCommand(input))
    await expect(create({ value: values.first })).rejects.toMatchObject({
      name: 'ConflictException',
      $metadata: { httpStatusCode: 409 },
    })
    await expect(create({ value: 'short' })).rejects.toMatchObject({ name: 'BadRequestException' })
    const { id: keyId, enabled } = await create({ name: 'sixth' })
    expect(enabled).toBe(false)
    const slow = { usagePlanId: await planIdOf(client, 'slow'), keyId, keyType: 'API_KEY' }
    await client.send(new CreateUsagePlanKeyCommand(slow))
    const free = { ...slow, usagePlanId: await planIdOf(client, 'free') }
    for (const input of [slow, free]) {
      const again = client.send(new CreateUsagePlanKeyCommand(input))
      await expect(again).rejects.toMatchObject({ name: 'ConflictException' })
    }
    const lost = client.send(new CreateUsagePlanKeyCommand({ ...slow, keyId: 'nokey' }))
    await expect(lost).rejects.toMatchObject({ name: 'NotFoundException' })
    await create({ name: 'seventh' })
    await expect(create({ name: 'eighth' })).rejects.toMatchObject({
      name: 'LimitExceededException',
      $metadata: { httpStatusCode: 429 },
    })
    await expect(client.send(new GetRestApisCommand({}))).rejects.toMatchObject({
      name: 'UnknownOperationException',
    })
  })

  test('makes keys that the stage knows only after a while', async () => {
    const { client, stack: running } = await restart({ apiKeyLimits: { keySpreadMilliseconds: 1_500 } })
    const { id: keyId } = await client.send(new CreateApiKeyCommand({ value, enabled: true }))
    const usagePlanId = await planIdOf(client, 'free')
    await client.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: 'API_KEY' }))
    expect(await withKey(running, value)).toEqual(forbidden)
    await expect.poll(async () => (await withKey(running, value)).status, { timeout: 5_000 }).toBe(200)
  })

  test('gives a key without a value one that stays', async () => {
    const unnamed = {
      ...byHeader,
      resources: { ...resources, Drawn: of('ApiKey', { Name: 'drawn', Enabled: true }) },
    }
    const drawn = async () => {
      await stack?.close()
      stack = await startFixture(unnamed, { folder })
      const query = new GetApiKeysCommand({ nameQuery: 'drawn', includeValues: true })
      return (await clientOf(stack).send(query)).items?.[0]?.value
    }
    const before = await drawn()
    expect(before).toMatch(/^[0-9a-f]{40}$/)
    expect(await drawn()).toBe(before)
  })
})

describe('a role on the control plane', () => {
  const source = (call: string) => `import * as sdk from '${packageUrl('@aws-sdk/client-api-gateway')}'
const client = new sdk.APIGatewayClient({ maxAttempts: 1 })
export const handler = async () => {
  const result = await (${call}).catch(({ name, message, $metadata }) => ({ name, message, status: $metadata.httpStatusCode }))
  const { $metadata, ...body } = result
  return { statusCode: 200, body: JSON.stringify(body) }
}`
  const allow = (Action: string, ...Resource: string[]): Json => ({ Effect: 'Allow', Action, Resource })
  const arn = 'arn:aws:apigateway:us-east-1::'
  const create = 'client.send(new sdk.CreateApiKeyCommand({ name: "own", enabled: true }))'
  const tagged = create.replace('enabled', 'tags: { a: "b" }, enabled')
  let stack: RunningFixture
  beforeAll(async () => {
    stack = await startFixture({
      functions: {
        creates: { source: source(create), statements: [allow('apigateway:POST', `${arn}/apikeys`)] },
        tags: { source: source(tagged), statements: [allow('apigateway:POST', `${arn}/apikeys`)] },
        reads: { source: source(create), statements: [allow('apigateway:GET', `${arn}/apikeys`)] },
        deletes: {
          source: source('client.send(new sdk.DeleteApiKeyCommand({ apiKey: "abc" }))'),
          statements: [allow('apigateway:DELETE', `${arn}/apikeys`)],
        },
        joins: {
          source: source(
            'client.send(new sdk.CreateUsagePlanKeyCommand({ usagePlanId: "p", keyId: "k", keyType: "API_KEY" }))',
          ),
          statements: [allow('apigateway:POST', `${arn}/usageplans/*/keys`)],
        },
      },
    })
  })
  afterAll(() => stack.remove())

  test('may do what its policy names', async () => {
    expect((await ask(stack.route('creates'))).body).toMatchObject({ name: 'own', enabled: true })
    expect((await ask(stack.route('joins'))).body).toMatchObject({ name: 'NotFoundException' })
  })

  test.each([
    ['reads', 'apigateway:POST', '/apikeys'],
    ['deletes', 'apigateway:DELETE', '/apikeys/abc'],
    ['tags', 'apigateway:PUT', '/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Fapikeys%2F*'],
  ])('that %s may not do more', async (name, action, path) => {
    expect((await ask(stack.route(name))).body).toEqual({
      name: 'AccessDeniedException',
      status: 403,
      message: expect.stringContaining(`is not authorized to perform: ${action} on resource: ${arn}${path} `),
    })
  })
})
