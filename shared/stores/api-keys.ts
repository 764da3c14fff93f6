/** API Gateway's control plane: the keys of usage plans. */
import {
  APIGatewayClient,
  type ApiKey,
  ConflictException,
  CreateApiKeyCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  LimitExceededException,
  NotFoundException,
  paginateGetApiKeys,
  paginateGetUsagePlanKeys,
  paginateGetUsagePlans,
  TooManyRequestsException,
  type UsagePlan,
} from '@aws-sdk/client-api-gateway'
import { awsClientSettings } from './aws-client.ts'

export interface NewApiKey {
  /** At most 1,024 characters; others may have the same. */
  readonly name: string
  readonly description: string
  /** 20 to 128 letters and digits that no other key of the account and region has. */
  readonly value: string
}

/** Why a call changed nothing: there is no room for a key, or another change was under way. */
export type CreateRefusal = 'full' | 'busy'

export interface ApiKeyControl {
  /** The id of each usage plan, by its name. */
  planIds(): Promise<ReadonlyMap<string, string>>
  /** Makes a key, or finds the one that was made with this name and value before. */
  create(key: NewApiKey): Promise<{ readonly id: string } | CreateRefusal>
  /** Puts a key into a plan, where it may be already; `missing` when there is no such key or plan. */
  join(planId: string, keyId: string): Promise<'joined' | 'missing' | 'busy'>
  /** The ids of all keys of a plan. */
  keysOf(planId: string): Promise<ReadonlySet<string>>
  isInPlan(planId: string, keyId: string): Promise<boolean>
  /** Deletes a key, which may be gone already. */
  delete(keyId: string): Promise<void>
}

/** The control plane refuses for now: others, such as a deployment, use it as well. */
export class ThrottledError extends Error {
  constructor(cause: Error) {
    super(`API Gateway’s control plane refuses for now: ${cause.message}`, { cause })
    this.name = 'ThrottledError'
  }
}

/** The most that a page may hold. */
const PAGE = { pageSize: 500 }

/**
 * The SDK tries four times, waiting some seconds in all where it is throttled. With 4 s for an answer that ends
 * within the 20 s that a run keeps for it.
 */
export function connectApiGateway(): APIGatewayClient {
  return new APIGatewayClient({
    maxAttempts: 4,
    requestHandler: { ...awsClientSettings.requestHandler, requestTimeout: 4_000 },
  })
}

/** @returns calls that throw ThrottledError while the control plane refuses; other refusals are outcomes */
export function apiKeyControl(client: APIGatewayClient): ApiKeyControl {
  return {
    planIds: () =>
      toldThrottled(async () => {
        const plans = await plansOf({})
        return new Map(plans.flatMap(({ name, id }) => (name && id ? [[name, id] as const] : [])))
      }),

    create: (key) =>
      toldThrottled(async () => {
        try {
          // Without being enabled a key opens nothing.
          const { id } = await client.send(new CreateApiKeyCommand({ ...key, enabled: true }))
          if (id === undefined) throw new Error('API Gateway made a key without an id')
          return { id }
        } catch (error) {
          const isFull = error instanceof LimitExceededException
          if (!isFull && !(error instanceof ConflictException)) throw error
          // A conflict is the value's, which is there already; or it is another change under way, by which
          // nothing was done. A full account has our key where the answer to an earlier call was lost.
          const found = await find(key)
          return found ?? (isFull ? 'full' : 'busy')
        }
      }),

    join: (planId, keyId) =>
      toldThrottled(async () => {
        try {
          await client.send(new CreateUsagePlanKeyCommand({ usagePlanId: planId, keyId, keyType: 'API_KEY' }))
          return 'joined'
        } catch (error) {
          if (error instanceof NotFoundException) return 'missing'
          // The membership is there already, or another one was being made: only one at a time can be.
          if (error instanceof ConflictException) return (await isInPlan(planId, keyId)) ? 'joined' : 'busy'
          throw error
        }
      }),

    keysOf: (usagePlanId) =>
      toldThrottled(async () => {
        const ids = new Set<string>()
        for await (const { items = [] } of paginateGetUsagePlanKeys({ client, ...PAGE }, { usagePlanId }))
          for (const { id } of items) if (id !== undefined) ids.add(id)
        return ids
      }),

    isInPlan: (planId, keyId) => toldThrottled(() => isInPlan(planId, keyId)),

    delete: (keyId) =>
      toldThrottled(async () => {
        try {
          await client.send(new DeleteApiKeyCommand({ apiKey: keyId }))
        } catch (error) {
          if (!(error instanceof NotFoundException)) throw error
        }
      }),
  }

  async function plansOf(query: { readonly keyId?: string }): Promise<UsagePlan[]> {
    const plans: UsagePlan[] = []
    for await (const { items = [] } of paginateGetUsagePlans({ client, ...PAGE }, query)) plans.push(...items)
    return plans
  }

  async function isInPlan(planId: string, keyId: string): Promise<boolean> {
    try {
      return (await plansOf({ keyId })).some(({ id }) => id === planId)
    } catch (error) {
      if (error instanceof NotFoundException) return false
      throw error
    }
  }

  /** The query finds more than the name: AWS takes it as a beginning, and names need not differ. */
  async function find({ name, value }: NewApiKey): Promise<{ readonly id: string } | undefined> {
    const isIt = (key: ApiKey) => key.name === name && key.value === value
    const query = { nameQuery: name, includeValues: true }
    for await (const { items = [] } of paginateGetApiKeys({ client, ...PAGE }, query)) {
      const id = items.find(isIt)?.id
      if (id !== undefined) return { id }
    }
    return undefined
  }
}

async function toldThrottled<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call()
  } catch (error) {
    throw error instanceof TooManyRequestsException ? new ThrottledError(error) : error
  }
}
