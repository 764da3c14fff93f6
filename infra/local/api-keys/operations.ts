/** API Gateway's operations on API keys and usage plans: from a request's parts to the response's JSON. */
import { AwsError } from '../aws/errors.ts'
import { isObject, type Json, type JsonObject } from '../json.ts'
import type { ApiKeyStore } from './store.ts'
import type { ApiKey, UsagePlan } from './types.ts'

export type ControlRequest = {
  /** Variable segments of the path, in their order. */
  readonly ids: readonly string[]
  readonly query: URLSearchParams
  readonly body: JsonObject
}

type Operation = {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: RegExp
  /** As the API reference says. */
  readonly status: number
  readonly run: (store: ApiKeyStore, request: ControlRequest) => JsonObject
}

const segment = '([^/]+)'
const paths = {
  keys: /^\/apikeys$/,
  key: new RegExp(`^/apikeys/${segment}$`),
  plans: /^\/usageplans$/,
  planKeys: new RegExp(`^/usageplans/${segment}/keys$`),
  planKey: new RegExp(`^/usageplans/${segment}/keys/${segment}$`),
}

export const apiKeyOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: paths.keys,
    status: 200,
    run(store, { query }) {
      const withValues = query.get('includeValues') === 'true'
      const keys = store.keys().filter(({ name }) => fitsName(name, query))
      return page(keys, query, (key) => describeKey(key, withValues))
    },
  },
  { method: 'POST', path: paths.keys, status: 201, run: createKey },
  {
    method: 'GET',
    path: paths.key,
    status: 200,
    run: (store, { ids: [id = ''], query }) =>
      describeKey(store.key(id), query.get('includeValue') === 'true'),
  },
  {
    method: 'DELETE',
    path: paths.key,
    status: 202,
    run(store, { ids: [id = ''] }) {
      store.delete(id)
      return {}
    },
  },
  {
    method: 'GET',
    path: paths.plans,
    status: 200,
    run: (store, { query }) => page(store.plans(query.get('keyId') ?? undefined), query, describePlan),
  },
  {
    method: 'GET',
    path: paths.planKeys,
    status: 200,
    run(store, { ids: [planId = ''], query }) {
      const keys = store.keysOf(planId).filter(({ name }) => fitsName(name, query))
      return page(keys, query, describePlanKey)
    },
  },
  {
    method: 'POST',
    path: paths.planKeys,
    status: 201,
    run(store, { ids: [planId = ''], body }) {
      if (body.keyType !== 'API_KEY') throw badRequest('Invalid keyType: only API_KEY is known')
      if (typeof body.keyId !== 'string') throw badRequest('keyId is missing')
      return describePlanKey(store.join(planId, body.keyId))
    },
  },
  {
    method: 'GET',
    path: paths.planKey,
    status: 200,
    run: (store, { ids: [planId = '', keyId = ''] }) => describePlanKey(store.member(planId, keyId)),
  },
  {
    method: 'DELETE',
    path: paths.planKey,
    status: 202,
    run(store, { ids: [planId = '', keyId = ''] }) {
      store.leave(planId, keyId)
      return {}
    },
  },
]

const keyMembers = ['name', 'description', 'enabled', 'generateDistinctId', 'value', 'tags']

function createKey(store: ApiKeyStore, { body }: ControlRequest): JsonObject {
  const unknown = Object.keys(body).find((name) => !keyMembers.includes(name))
  if (unknown !== undefined) throw badRequest(`the local stack does not know ${unknown}`)
  const { name, description, value, tags } = body
  const key = store.create({
    name: typeof name === 'string' ? name : '',
    // The API's own default: a key that nobody enables cannot be used.
    enabled: body.enabled === true,
    ...(typeof description === 'string' ? { description } : {}),
    ...(typeof value === 'string' ? { value } : {}),
    ...(isObject(tags) ? { tags: textsOf(tags) } : {}),
  })
  return describeKey(key, true)
}

function describeKey(key: ApiKey, withValue: boolean): JsonObject {
  const { id, name, value, description, enabled, createdDate, tags } = key
  return {
    id,
    name,
    ...(withValue ? { value } : {}),
    ...(description === undefined ? {} : { description }),
    enabled,
    createdDate,
    lastUpdatedDate: createdDate,
    stageKeys: [],
    ...(tags === undefined ? {} : { tags }),
  }
}

/** Without its value, which nobody needs from here: a caller that read it might not find it in AWS. */
function describePlanKey({ id, name }: ApiKey): JsonObject {
  return { id, name, type: 'API_KEY' }
}

function describePlan({ id, name, description, stages, throttle }: UsagePlan): JsonObject {
  return {
    id,
    name,
    ...(description === undefined ? {} : { description }),
    apiStages: stages.map(({ apiId, stage }) => ({ apiId, stage })),
    ...(throttle ? { throttle: { rateLimit: throttle.ratePerSecond, burstLimit: throttle.burst } } : {}),
  }
}

/** The reference only says "the name of queried API keys"; AWS was seen to take it as a beginning. */
function fitsName(name: string, query: URLSearchParams): boolean {
  return name.startsWith(query.get('name') ?? '')
}

/** 25 at a time, at most 500; the position is that of the next item, and absent on the last page. */
function page<T>(items: readonly T[], query: URLSearchParams, describe: (item: T) => JsonObject): JsonObject {
  const limit = Number(query.get('limit') ?? 25)
  if (!Number.isInteger(limit) || limit < 1 || limit > 500) throw badRequest('limit must be from 1 to 500')
  const position = Buffer.from(query.get('position') ?? '', 'base64url').toString()
  if (!/^\d*$/.test(position)) throw badRequest('Invalid position')
  const start = Number(position)
  const next = start + limit
  return {
    item: items.slice(start, next).map(describe),
    ...(next < items.length ? { position: Buffer.from(String(next)).toString('base64url') } : {}),
  }
}

function textsOf(object: { readonly [key: string]: Json }): Record<string, string> {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, String(value)]))
}

function badRequest(message: string): AwsError {
  return new AwsError('BadRequestException', message)
}
