/** Answers within the client's rate tier. */
import { type EpochSeconds, fromMilliseconds } from '../protocol/brands.ts'
import { type Client, isConfidential } from '../protocol/client.ts'
import { tooManyRequests } from '../protocol/errors.ts'
import type { Answer } from './answer.ts'
import type { RefusalHeaders } from './endpoint.ts'
import { toOAuthError } from './failures.ts'
import { log } from './log.ts'
import { rateHeaders, retryAfter } from './rate-limit.ts'
import { tierOfAccount } from './tiers.ts'
import type { TokenDeployment } from './token-endpoint.ts'

/** A request to be counted. */
export interface CountedRequest {
  readonly client: Client
  /** Tells the users of a client apart that does not prove itself: by address, or by whom a token stands for. */
  readonly user: () => Promise<string>
  readonly now: EpochSeconds
}

/** Counts the request, and tells where its subject stands in whatever answer follows. */
export async function withinRate(
  request: CountedRequest,
  { limiter, tierOf }: Pick<TokenDeployment, 'limiter' | 'tierOf'>,
  answer: () => Promise<Answer>,
): Promise<Answer> {
  const { client, now } = request
  const subject = await subjectOf(request)
  const rate = await limiter.count(subject, await tierOf(client), now)
  const headers = rateHeaders(rate, now)
  if (!rate.allowed) throw tooManyRequests({ ...headers, 'Retry-After': retryAfter(rate, now) })
  try {
    return { headers, ...(await answer()) }
  } catch (error) {
    throw toOAuthError(error).with(headers)
  }
}

/**
 * What a refusal tells that came before a client was known: the window of the caller's address. It is told, and
 * nothing follows from it: a client behind a stranger's address must not be blocked by that stranger.
 */
export function strangersRate(
  deployment: Pick<TokenDeployment, 'config' | 'limiter' | 'source' | 'clock'>,
): RefusalHeaders {
  return async (event, { headers }) => {
    if ('X-RateLimit-Limit' in headers) return {}
    const now = fromMilliseconds(deployment.clock())
    try {
      const tier = tierOfAccount(deployment.config.rateLimits, undefined)
      const subject = `source:${await deployment.source(event)}`
      return rateHeaders(await deployment.limiter.count(subject, tier, now), now)
    } catch (error) {
      log.warn('a stranger was not counted', { cause: error instanceof Error ? error.name : 'not an Error' })
      return {}
    }
  }
}

/**
 * Who is counted: the account that owns the client. A public client proves nothing, and its id is known to
 * everyone: counted on its account, any stranger could use up what the account's other clients have.
 */
async function subjectOf({ client, user }: CountedRequest): Promise<string> {
  if (!isConfidential(client)) return `public:${client.clientId}:${await user()}`
  return client.account === undefined ? `client:${client.clientId}` : `account:${client.account}`
}
