/** What rests in the cache, sealed: a token, until when it is handed out, and whose repository it is of. */
import { isObject } from '../json.ts'
import type { GitHubToken } from '../types.ts'
import type { Vended } from './types.ts'

export interface CacheEntry {
  readonly token: GitHubToken
  /** Epoch seconds: handed out until then. */
  readonly usableUntil: number
  /** Where Buildkite named the repository: when that was, in epoch seconds. */
  readonly confirmedAt?: number
}

/** A token that is handed out lives this much longer at least: a job has to get something done with it. */
const LEAST_SECONDS = 600

/**
 * @param cacheSeconds how long a token may be handed out again; 2,700 of its 3,600
 * @param now epoch seconds
 */
export function entryOf({ token, confirmedAt }: Vended, cacheSeconds: number, now: number): CacheEntry {
  const usableUntil = Math.min(now + cacheSeconds, token.expiresAt - LEAST_SECONDS)
  return { token, usableUntil, ...(confirmedAt === undefined ? {} : { confirmedAt }) }
}

/** @returns nothing for what is no entry: one of another form would have been sealed by another version of this code */
export function readEntry(text: string): CacheEntry | undefined {
  const entry = parse(text)
  if (!isObject(entry) || !isObject(entry.token) || typeof entry.usableUntil !== 'number') return undefined
  const { token, expiresAt, repositories, permissions } = entry.token
  const isToken = typeof token === 'string' && typeof expiresAt === 'number'
  if (!isToken || !Array.isArray(repositories) || !Array.isArray(permissions)) return undefined
  return entry as unknown as CacheEntry
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // the error would quote the token
  }
}
