/** API Gateway's control plane as `functions/api-keys` uses it, on the local stack's, over a connection that can fail. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type APIGatewayClient,
  ConflictException,
  TooManyRequestsException,
} from '@aws-sdk/client-api-gateway'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ApiKeyStore } from '../../infra/local/api-keys/store.ts'
import { apiGatewayService } from '../../infra/local/aws/api-gateway.ts'
import { CredentialStore, credentialVariables } from '../../infra/local/aws/credentials.ts'
import { EndpointServer } from '../../infra/local/aws/endpoint.ts'
import { Roles } from '../../infra/local/iam/roles.ts'
import {
  type ApiKeyControl,
  apiKeyControl,
  connectApiGateway,
  ThrottledError,
} from '../../shared/stores/api-keys.ts'
import { type Fault, flakyConnection } from '../support/flaky-connection.ts'

const folder = mkdtempSync(join(tmpdir(), 'scrip-control-'))
const QUOTA = 700
const store = new ApiKeyStore(join(folder, 'keys.json'), { quota: QUOTA })
const credentials = new CredentialStore()
const server = new EndpointServer(credentials, new Roles(), () => {})
let proxy: Awaited<ReturnType<typeof flakyConnection>>
let client: APIGatewayClient
let control: ApiKeyControl

beforeAll(async () => {
  server.add('apigateway', apiGatewayService(store))
  proxy = await flakyConnection(Number(new URL(await server.start()).port))
  for (let number = 0; number < 510; number += 1)
    store.addPlan({ id: `plan-${number}`, name: `Scrip-tier-${number}`, stages: [] })
  const stages = [{ apiId: 'api', stage: 'prod' }]
  store.addPlan({ id: 'plan-s', name: 'Scrip-tier-standard', stages })
  store.addPlan({ id: 'plan-p', name: 'Scrip-tier-premium', stages })
})
afterAll(async () => {
  await proxy.close()
  await server.close()
  rmSync(folder, { recursive: true })
})
beforeEach(() => {
  Object.assign(process.env, credentialVariables(credentials.issueForOperator()), {
    AWS_ENDPOINT_URL_API_GATEWAY: `http://127.0.0.1:${proxy.port}`,
  })
  client = connectApiGateway()
  control = apiKeyControl(client)
})
afterEach(() => {
  client.destroy()
  for (const { id } of store.keys()) store.delete(id)
})

const value = 'the-value-of-a-key-of-an-account'
const key = { name: 'Scrip/premium/hash', description: 'Scrip: account acme', value }

async function made(given = key): Promise<string> {
  const outcome = await control.create(given)
  if (typeof outcome === 'string') throw new Error(outcome)
  return outcome.id
}

/** The fault befalls the first request of that command. */
function failAt(command: string, fault: Fault): void {
  let isFirst = true
  onCommand(command, () => {
    if (isFirst) proxy.failOnce(fault)
    isFirst = false
  })
}

/** What the service answers to that command, instead of doing anything. */
function refuse(command: string, error: Error): void {
  onCommand(command, () => {
    throw error
  })
}

function onCommand(command: string, act: () => void): void {
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        if (commandName === command) act()
        return next(args)
      },
    { step: 'initialize', name: `on-${command}` },
  )
}

const metadata = { $metadata: {} }
const throttled = () => new TooManyRequestsException({ message: 'Rate exceeded', ...metadata })
const concurrent = () =>
  new ConflictException({
    message: 'Unable to complete operation due to concurrent modification. Please try again later.',
    ...metadata,
  })

test('plans are told by their names, all pages of them', async () => {
  const plans = await control.planIds()
  expect(plans.size).toBe(512)
  expect([plans.get('Scrip-tier-standard'), plans.get('Scrip-tier-509')]).toEqual(['plan-s', 'plan-509'])
})

describe('a key', () => {
  test('is made with its name, description and value, and can open something', async () => {
    const id = await made()
    expect(store.keys()).toEqual([{ ...key, id, enabled: true, createdDate: expect.any(Number) }])
  })

  test('is made once: who asks again is told its id', async () => {
    expect([await made(), await made()]).toEqual([store.keys()[0]?.id, store.keys()[0]?.id])
    expect(store.keys()).toHaveLength(1)
  })

  test('is made once where the answer was lost', async () => {
    failAt('CreateApiKeyCommand', 'answer lost')
    const id = await made()
    expect(proxy.happened.splice(0)).toEqual(['answer lost'])
    expect(store.keys().map((found) => found.id)).toEqual([id])
  })

  test('is told from others of the same name, or of a name that begins with its own, on any page', async () => {
    for (let number = 0; number < 600; number += 1)
      await store.create({ name: `${key.name}${number % 2 ? '' : '-more'}`, enabled: true })
    const id = await made()
    expect(await made()).toBe(id)
    expect(store.key(id)).toMatchObject(key)
  })

  test('is found where there is no room for another', async () => {
    const id = await made()
    while (store.keys().length < QUOTA) store.create({ name: 'other', enabled: true })
    expect(await made()).toBe(id)
  })

  test('is not made without room for it', async () => {
    while (store.keys().length < QUOTA) store.create({ name: 'other', enabled: true })
    expect(await control.create(key)).toBe('full')
  })

  test('is not made while another change is under way', async () => {
    refuse('CreateApiKeyCommand', concurrent())
    expect(await control.create(key)).toBe('busy')
  })

  test('is deleted, also where it is gone', async () => {
    const id = await made()
    await control.delete(id)
    expect(store.keys()).toEqual([])
    await control.delete(id)
    failAt('DeleteApiKeyCommand', 'answer lost')
    await control.delete(await made())
    expect([store.keys(), proxy.happened.splice(0)]).toEqual([[], ['answer lost']])
  })
})

describe('a membership', () => {
  test('is made, and known to be there', async () => {
    const id = await made()
    expect(await control.isInPlan('plan-p', id)).toBe(false)
    expect(await control.join('plan-p', id)).toBe('joined')
    expect([await control.isInPlan('plan-p', id), await control.isInPlan('plan-s', id)]).toEqual([
      true,
      false,
    ])
  })

  test('is made once, whether somebody asks again or an answer was lost', async () => {
    const id = await made()
    failAt('CreateUsagePlanKeyCommand', 'answer lost')
    expect(await control.join('plan-p', id)).toBe('joined')
    expect(proxy.happened.splice(0)).toEqual(['answer lost'])
    expect(await control.join('plan-p', id)).toBe('joined')
    expect(store.keysOf('plan-p').map((found) => found.id)).toEqual([id])
  })

  test.each([
    ['no such key', 'plan-p', 'nobody'],
    ['no such plan', 'plan-of-nobody', undefined],
  ])('needs both sides: %s', async (_, plan, id) => {
    expect(await control.join(plan, id ?? (await made()))).toBe('missing')
  })

  test('of a key that is in another plan of the same stage cannot be made', async () => {
    const id = await made()
    await control.join('plan-s', id)
    expect(await control.join('plan-p', id)).toBe('busy')
    expect(await control.isInPlan('plan-p', id)).toBe(false)
  })

  test('is not taken for made while another change is under way', async () => {
    const id = await made()
    refuse('CreateUsagePlanKeyCommand', concurrent())
    expect(await control.join('plan-p', id)).toBe('busy')
  })

  test('is told with all others of its plan, all pages of them', async () => {
    const ids = Array.from({ length: 510 }, () => store.create({ name: 'any', enabled: true }).id)
    for (const id of ids) store.join('plan-p', id)
    expect(await control.keysOf('plan-p')).toEqual(new Set(ids))
    expect(await control.keysOf('plan-s')).toEqual(new Set())
  })

  test('is not there where the key is gone', async () => {
    expect(await control.isInPlan('plan-p', 'nobody')).toBe(false)
  })
})

describe('a refusal for now', () => {
  test.each<readonly [string, string, () => Promise<unknown>]>([
    ['of the plans', 'GetUsagePlansCommand', () => control.planIds()],
    ['of a new key', 'CreateApiKeyCommand', () => control.create(key)],
    ['of a membership', 'CreateUsagePlanKeyCommand', () => control.join('plan-p', 'id')],
    ['of a look at it', 'GetUsagePlansCommand', () => control.isInPlan('plan-p', 'id')],
    ['of a plan’s keys', 'GetUsagePlanKeysCommand', () => control.keysOf('plan-p')],
    ['of a deletion', 'DeleteApiKeyCommand', () => control.delete('id')],
  ])('%s is told as such', async (_, command, call) => {
    refuse(command, throttled())
    await expect(call()).rejects.toThrow(ThrottledError)
  })

  test('of the look after a conflict is one as well', async () => {
    const id = await made()
    await control.join('plan-p', id)
    refuse('GetUsagePlansCommand', throttled())
    await expect(control.join('plan-p', id)).rejects.toThrow(ThrottledError)
  })

  test('is followed by a few more tries of the SDK', async () => {
    let tries = 0
    client.middlewareStack.add(
      () => async () => {
        tries += 1
        throw throttled()
      },
      { step: 'deserialize', name: 'always-throttled', priority: 'low' },
    )
    await expect(control.planIds()).rejects.toThrow(ThrottledError)
    expect(tries).toBe(4)
  })

  test('any other failure stays what it is', async () => {
    refuse('DeleteApiKeyCommand', new Error('AccessDenied'))
    await expect(control.delete('id')).rejects.toThrow('AccessDenied')
  })
})
