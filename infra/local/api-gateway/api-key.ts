/** The API key of a request: whether it is one of this stage, and whether its usage plan lets it through. */
import type { ApiKeyStore } from '../api-keys/store.ts'
import type { ApiStage } from '../api-keys/types.ts'
import type { RequestVariables } from './context.ts'
import type { TokenBuckets } from './throttle.ts'

export type ApiKeyServices = {
  readonly apiKeys: ApiKeyStore
  /** One a stack: a plan's limits count a key's requests at all stages of the plan together. */
  readonly keyBuckets: TokenBuckets
}

/**
 * Checks the key of a request to a method that requires one.
 *
 * @param value the `x-api-key` header, or what the authorizer gave
 * @param variables gains the key and its id
 * @returns the gateway response that refuses the request
 */
export function refuseApiKey(
  value: string | undefined,
  stage: ApiStage,
  { apiKeys, keyBuckets }: ApiKeyServices,
  variables: RequestVariables,
): 'INVALID_API_KEY' | 'THROTTLED' | undefined {
  const found = value === undefined ? undefined : apiKeys.find(value, stage)
  if (!found) return 'INVALID_API_KEY'
  const { key, plan } = found
  variables.set('identity.apiKey', key.value)
  variables.set('identity.apiKeyId', key.id)
  if (!plan.throttle) return undefined
  const { ratePerSecond, burst } = plan.throttle
  return keyBuckets.take(`${plan.id}/${key.id}`, ratePerSecond, burst) ? undefined : 'THROTTLED'
}
