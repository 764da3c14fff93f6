/**
 * The third layer: one GitHub call a cache key, from any number of environments.
 *
 * Where there is no usable token, one caller takes the lease and mints; the others look again every 100 to 200
 * ms for two seconds, then mint for themselves. Nothing is shared in memory: the table alone decides.
 *
 * It serves availability: when the table or the key fails, tokens are minted without a cache.
 */
import { randomUUID } from 'node:crypto'
import type { Time } from '../http.ts'
import type { Sealer } from '../sealed.ts'
import { reasonOf } from '../service-failure.ts'
import { type CacheEntry, entryOf, readEntry } from './entry.ts'
import type { AuthorizedRequest, Outcome, VendAuthorized } from './types.ts'

/** A token as it rests, and who is about to replace it. */
export interface CacheItem {
  readonly sealed?: string
  /** Drawn anew with every token. */
  readonly version?: string
  /** Milliseconds since 1970. */
  readonly leaseUntil?: number
}

/** The table, `stores/vended-tokens.ts`. */
export interface TokenCache {
  find(key: string): Promise<CacheItem | undefined>
  /** Takes the lease, unless another's is live or the token is not the one that was `seen`. */
  lease(key: string, owner: string, seen: string | undefined, now: number): Promise<'leased' | 'taken'>
  /** Puts a token in place of the one that was `seen`, and ends the lease, whoever has it. */
  put(key: string, sealed: string, seen: string | undefined, usableUntil: number): Promise<'stored' | 'taken'>
  release(key: string, owner: string): Promise<void>
}

export interface CacheParts {
  readonly cache: TokenCache
  readonly sealer: Sealer
  /** Of a request; see `cache-key.ts`. */
  readonly keyOf: (request: AuthorizedRequest) => string
  readonly cacheSeconds: number
  /**
   * Whether an entry may be used for this request: what git asks for, and whether the pipeline still has that
   * repository. See `confirm.ts`.
   */
  readonly confirm: (request: AuthorizedRequest, entry: CacheEntry) => Promise<Outcome | 'outdated'>
  readonly time: Time
  /** Tells the operator; without any secret. */
  readonly warn: (message: string, reason: string) => void
}

const WAIT_MILLISECONDS = 2_000
const STEP_MILLISECONDS = 100

/** A cached token is shared, so nobody may end it; `fresh` gives one that is the caller's own. */
export function cached(next: VendAuthorized, parts: CacheParts): VendAuthorized {
  return async (request) => {
    if (request.fresh || parts.cacheSeconds === 0) return next(request)
    const turn = await takeTurn(request, parts.keyOf(request), parts)
    return 'outcome' in turn ? turn.outcome : mintInTurn(next, request, turn, parts)
  }
}

/** It is on this request to mint. */
interface Turn {
  readonly key: string
  /** The version of the token that was found and is of no use; the new one takes its place alone. */
  readonly seen: string | undefined
  readonly leasedAs: string | undefined
  readonly isCached: boolean
}

async function takeTurn(
  request: AuthorizedRequest,
  key: string,
  parts: CacheParts,
): Promise<Turn | { readonly outcome: Outcome }> {
  const { cache, time } = parts
  const owner = randomUUID()
  const startedAt = time.now()
  // A version that was of no use stays so: it is opened once, and the log tells it once.
  let useless: string | undefined
  try {
    for (;;) {
      const item = await cache.find(key)
      const seen = item?.version
      const outcome = seen === useless ? undefined : await outcomeFrom(item, request, key, parts)
      if (outcome) return { outcome }
      useless = seen
      const now = time.now()
      if (!(item?.leaseUntil && item.leaseUntil > now)) {
        const lease = await cache.lease(key, owner, seen, now)
        if (lease === 'leased') return { key, seen, leasedAs: owner, isCached: true }
      }
      if (time.now() - startedAt >= WAIT_MILLISECONDS)
        return { key, seen, leasedAs: undefined, isCached: true }
      await time.sleep(STEP_MILLISECONDS * (1 + Math.random()))
    }
  } catch (error) {
    parts.warn('the cache of tokens fails; minting without it', reasonOf(error))
    return { key, seen: undefined, leasedAs: undefined, isCached: false }
  }
}

/** What a cache item answers to a request; nothing where it has no token to use. */
async function outcomeFrom(
  item: CacheItem | undefined,
  request: AuthorizedRequest,
  key: string,
  { sealer, confirm, time, warn }: CacheParts,
): Promise<Outcome | undefined> {
  if (item?.sealed === undefined) return undefined
  const text = await sealer.open(item.sealed, key)
  const entry = text === undefined ? undefined : readEntry(text)
  if (!entry) {
    warn('a cached token cannot be opened; minting another', 'its key is gone, or it was changed')
    return undefined
  }
  if (entry.usableUntil <= time.now() / 1000) return undefined
  const outcome = await confirm(request, entry)
  return outcome === 'outdated' ? undefined : outcome
}

async function mintInTurn(
  next: VendAuthorized,
  request: AuthorizedRequest,
  { key, seen, leasedAs, isCached }: Turn,
  { cache, sealer, cacheSeconds, time, warn }: CacheParts,
): Promise<Outcome> {
  let isStored = false
  try {
    const outcome = await next(request)
    if (outcome.kind !== 'vended' || !isCached) return outcome
    const now = Math.floor(time.now() / 1000)
    const entry = entryOf(outcome, cacheSeconds, now)
    if (entry.usableUntil <= now) return outcome
    try {
      const sealed = await sealer.seal(JSON.stringify(entry), key)
      isStored = (await cache.put(key, sealed, seen, entry.usableUntil)) === 'stored'
    } catch (error) {
      warn('a token could not be cached', reasonOf(error))
    }
    return outcome
  } finally {
    // A winner that has nothing to show lets the next one try at once.
    if (leasedAs !== undefined && !isStored)
      await cache
        .release(key, leasedAs)
        .catch((error) => warn('a lease could not be given back', reasonOf(error)))
  }
}
