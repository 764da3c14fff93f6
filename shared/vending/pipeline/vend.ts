/** Vending, whole: `audited(authorized(cached(mint)))`. */
import type { VendConfig } from '../../config/vend-types.ts'
import type { PipelineRepositories } from '../buildkite/pipeline-repository.ts'
import type { Time } from '../http.ts'
import type { Sealer } from '../sealed.ts'
import { type AuditedVend, audited } from './audited.ts'
import { authorized } from './authorized.ts'
import { cacheKey } from './cache-key.ts'
import { type CacheParts, cached, type TokenCache } from './cached.ts'
import { confirming } from './confirm.ts'
import { type MintToken, minting } from './mint.ts'
import type { MatchRules } from './types.ts'

export interface VendParts {
  readonly config: Pick<VendConfig, 'github' | 'cacheSeconds'>
  readonly matchRules: MatchRules
  readonly mint: MintToken
  readonly repositories: PipelineRepositories
  readonly cache: TokenCache
  readonly sealer: Sealer
  readonly time: Time
  readonly warn: CacheParts['warn']
}

/**
 * Puts the layers together. The order is the safety: every request is in the log, with the rules that it was
 * held against; nothing is taken from the cache that this caller was not allowed a moment before; and GitHub is
 * asked last, and seldom.
 */
export function vending(parts: VendParts): AuditedVend {
  const { config, matchRules, mint, repositories, cache, sealer, time, warn } = parts
  const { github, cacheSeconds } = config
  const caching: CacheParts = {
    cache,
    sealer,
    keyOf: (request) => cacheKey(request, github),
    cacheSeconds,
    confirm: confirming(repositories, time, warn),
    time,
    warn,
  }
  return audited(authorized(cached(minting(mint, repositories), caching), matchRules, github.organization))
}
