/**
 * The keys of an issuer in one Lambda environment: pinned by the configuration, or fetched and remembered.
 *
 * jose's `createRemoteJWKSet` is not it: it has no cooldown after a failure, serves nothing while an issuer is down,
 * reads answers of any size, and its clock cannot be held. Its `createLocalJWKSet` picks the key.
 */
import type { VendIssuer } from '../../config/vend-types.ts'
import { isObject } from '../json.ts'
import { getJson } from './get-json.ts'
import { type KeyQuery, type KeySet, keySet } from './key-set.ts'

export type FoundKey =
  | { readonly kind: 'key'; readonly key: CryptoKey }
  | { readonly kind: 'none'; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly reason: string }

export interface IssuerKeys {
  find(query: KeyQuery): Promise<FoundKey>
}

export interface FetchOptions {
  /** Whether an issuer may be on this machine, over http. */
  readonly loopback: boolean
  /** For discovery and keys together; 3 s of the request's 10. */
  readonly timeoutMilliseconds?: number
  /** Of each document; 256 KB. */
  readonly maxBytes?: number
  /** Told why a set could not be fetched, for log and alarm: older keys may hide it from callers. */
  readonly onFailure?: (issuer: string, reason: string) => void
}

const SECOND = 1000
const HOUR = 3600 * SECOND
/** A set is taken anew this often. */
const FRESH = HOUR
/**
 * While an issuer cannot be reached its last set serves for so long after it was fetched: longer than most outages,
 * and short enough that a key which was withdrawn is not believed for a day.
 */
const STALE = 4 * HOUR
/** Tokens with unknown keys cause one fetch in this time, whoever sends them and however many. */
const COOLDOWN = 30 * SECOND
/** Without any keys nobody is served, so it is tried again sooner. */
const COOLDOWN_WITHOUT_KEYS = 5 * SECOND

/**
 * Makes the keys of all issuers: one memory for each, for the life of the environment.
 *
 * @param clock milliseconds
 */
export function issuerKeys(
  options: FetchOptions,
  clock: () => number = Date.now,
): (issuer: VendIssuer) => IssuerKeys {
  const known = new Map<VendIssuer, IssuerKeys>()
  return (issuer) => {
    const keys =
      known.get(issuer) ?? (issuer.jwks ? pinnedKeys(issuer.jwks) : remoteKeys(issuer, options, clock))
    known.set(issuer, keys)
    return keys
  }
}

/** Keys of the configuration: nothing is fetched. */
export function pinnedKeys(jwks: NonNullable<VendIssuer['jwks']>): IssuerKeys {
  const keys = keySet(jwks)
  return { find: (query) => findIn(keys, query) }
}

/**
 * Keys that are fetched: remembered for an hour, and for four while the issuer fails; one fetch at a time, and none
 * within the cooldown of the last one.
 *
 * @param clock milliseconds
 */
export function remoteKeys(
  issuer: VendIssuer,
  options: FetchOptions,
  clock: () => number = Date.now,
): IssuerKeys {
  let held: { readonly keys: KeySet; readonly at: number } | undefined
  let tried = Number.NEGATIVE_INFINITY
  let failure = ''
  let pending: Promise<void> | undefined
  const source = keySource(issuer, options, clock)

  async function load(): Promise<void> {
    tried = clock()
    try {
      held = { keys: keySet(await source()), at: clock() }
    } catch (error) {
      failure = `keys of ${issuer.issuer}: ${error instanceof Error ? error.message : 'not an Error'}`
      options.onFailure?.(issuer.issuer, failure)
    }
  }
  /** Waits for the fetch that is under way, or begins one unless it is too soon. */
  async function reload(): Promise<void> {
    const cooldown = held ? COOLDOWN : COOLDOWN_WITHOUT_KEYS
    if (!pending && clock() - tried < cooldown) return
    pending ??= load().finally(() => {
      pending = undefined
    })
    await pending
  }
  const age = () => (held ? clock() - held.at : Number.POSITIVE_INFINITY)

  return {
    async find(query) {
      if (age() >= STALE) held = undefined
      if (age() >= FRESH) await reload()
      if (!held) return { kind: 'unavailable', reason: failure }
      const found = await held.keys.find(query)
      if (found.kind !== 'unknown') return found
      // The issuer may have begun to sign by a new key.
      await reload()
      return findIn(held.keys, query)
    },
  }
}

async function findIn(keys: KeySet, query: KeyQuery): Promise<FoundKey> {
  const found = await keys.find(query)
  return found.kind === 'unknown' ? { kind: 'none', reason: found.reason } : found
}

/** Fetches the issuer's set; where it is, the settings tell, or OpenID Connect Discovery 1.0 §4, once an hour. */
function keySource(
  { issuer, jwksUri }: VendIssuer,
  { loopback, timeoutMilliseconds = 3 * SECOND, maxBytes = 256 * 1024 }: FetchOptions,
  clock: () => number,
): () => Promise<unknown> {
  let discovered: { readonly uri: string; readonly at: number } | undefined

  async function discover(signal: AbortSignal): Promise<string> {
    const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
    const document = await getJson(address, { signal, maxBytes, loopback })
    // §4.3: "MUST exactly match".
    if (!isObject(document) || document.issuer !== issuer)
      throw new Error('the discovery document is of another issuer')
    const { jwks_uri: uri } = document
    if (typeof uri !== 'string') throw new Error('the discovery document names no key set')
    return uri
  }

  return async () => {
    const signal = AbortSignal.timeout(timeoutMilliseconds)
    if (jwksUri !== undefined) return getJson(jwksUri, { signal, maxBytes, loopback })
    if (!discovered || clock() - discovered.at >= FRESH)
      discovered = { uri: await discover(signal), at: clock() }
    try {
      return await getJson(discovered.uri, { signal, maxBytes, loopback })
    } catch (error) {
      // The keys may have moved.
      discovered = undefined
      throw error
    }
  }
}
