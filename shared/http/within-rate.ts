/** Answers within the client's rate tier. */
import type { EpochSeconds } from '../protocol/brands.ts'
import { type Client, isConfidential } from '../protocol/client.ts'
import { tooManyRequests } from '../protocol/errors.ts'
import type { Answer } from './answer.ts'
import { toOAuthError } from './failures.ts'
import { rateHeaders, retryAfter } from './rate-limit.ts'
import type { TokenDeployment } from './token-endpoint.ts'

/** A request to be counted. */
export interface CountedRequest {
  readonly client: Client
  /** The caller's address, where a client does not prove itself. */
  readonly source: () => Promise<string>
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
  const headers = rateHeaders(rate)
  if (!rate.allowed) throw tooManyRequests({ ...headers, 'Retry-After': retryAfter(rate, now) })
  try {
    return { headers, ...(await answer()) }
  } catch (error) {
    throw toOAuthError(error).with(headers)
  }
}

/**
 * Who is counted: the account that owns the client. A public client proves nothing, and its id is known to
 * everyone: counted on its account, any stranger could use up what the account's other clients have.
 */
async function subjectOf({ client, source }: CountedRequest): Promise<string> {
  if (!isConfidential(client)) return `public:${client.clientId}:${await source()}`
  return client.account === undefined ? `client:${client.clientId}` : `account:${client.account}`
}
