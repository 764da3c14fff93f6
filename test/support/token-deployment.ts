/** A token endpoint over memory: what `token-deployment.ts` makes of AWS. */
import type { RateTier } from '../../shared/config/types.ts'
import type { IssuingServices } from '../../shared/http/issue-tokens.ts'
import { rateLimiter } from '../../shared/http/rate-limit.ts'
import { countedSource, sourceOf } from '../../shared/http/source.ts'
import type { TokenDeployment } from '../../shared/http/token-endpoint.ts'
import { after, epochSeconds } from '../../shared/protocol/brands.ts'
import type { Client } from '../../shared/protocol/client.ts'
import type { NewGrant } from '../../shared/stores/grants.ts'
import { type RateLimitStore, WINDOW } from '../../shared/stores/rate-limits.ts'
import type { StoredToken } from '../../shared/stores/tokens.ts'
import { generateKey } from '../../shared/tokens/key-set.ts'
import { currentSigningKey } from '../../shared/tokens/signing-key.ts'
import { newSymmetricKeys, parseSymmetricKeys } from '../../shared/tokens/symmetric-keys.ts'
import { preset } from './presets.ts'

/** 22:13:20, twenty seconds into a minute. */
export const NOW = 1_700_000_000
/** When the rate window of `NOW` ends. */
export const WINDOW_END = 1_700_000_040

/** Counters as the rate-limits table keeps them, and how many writes were made. */
export function memoryRateLimits(): RateLimitStore & { readonly writes: string[] } {
  const counters = new Map<string, number>()
  const writes: string[] = []
  return {
    writes,
    async count(subject, now) {
      writes.push(subject)
      const windowStart = epochSeconds(now - (now % WINDOW))
      const key = `${subject} ${windowStart}`
      const requests = (counters.get(key) ?? 0) + 1
      counters.set(key, requests)
      return { requests, end: after(windowStart, WINDOW) }
    },
  }
}

const made = await generateKey('ES256')
export const signingKey = await currentSigningKey(
  JSON.stringify({ keys: [{ state: 'current', since: 0, jwk: made.private }] }),
)
/** The public half of the key that signs. */
export const publicJwk = made.public
export const refreshKeys = parseSymmetricKeys(newSymmetricKeys(epochSeconds(NOW)), 'refresh-keys')

/** What `issuingServices` makes of AWS, over memory: `written` tells what was, in its order. */
export function memoryIssuing(different: Partial<IssuingServices> = {}) {
  const written: ({ readonly grant: NewGrant } | { readonly token: StoredToken })[] = []
  const servicesFor = (issuer: string): IssuingServices => ({
    config: preset('buildr'),
    issuer,
    signingKey: async () => signingKey,
    refreshKeys: async () => refreshKeys,
    grants: { create: async (grant) => void written.push({ grant }) },
    tokens: { create: async (token) => void written.push({ token }) },
    ...different,
  })
  return { written, servicesFor }
}

export function memoryDeployment(
  clients: readonly Client[],
  different: Partial<TokenDeployment> & { readonly tier?: RateTier } = {},
): TokenDeployment & { readonly limits: ReturnType<typeof memoryRateLimits> } {
  const { tier = { requestsPerMinute: 600 }, ...rest } = different
  const limits = memoryRateLimits()
  const clock = rest.clock ?? (() => NOW * 1000)
  return {
    config: preset('buildr'),
    clients: { find: async (id) => clients.find(({ clientId }) => clientId === id) },
    limiter: rateLimiter(limits, clock),
    tierOf: async () => tier,
    source: async (event) => countedSource(sourceOf(event, undefined)),
    clock,
    limits,
    ...rest,
  }
}
