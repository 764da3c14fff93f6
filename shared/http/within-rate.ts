/** Answers within the client's rate tier. */
import type { EpochSeconds } from '../protocol/brands.ts'
import type { Client } from '../protocol/client.ts'
import { tooManyRequests } from '../protocol/errors.ts'
import type { Answer } from './answer.ts'
import { toOAuthError } from './failures.ts'
import { rateHeaders, retryAfter } from './rate-limit.ts'
import type { TokenDeployment } from './token-endpoint.ts'

/** Counts the request, and tells where its subject stands in whatever answer follows. */
export async function withinRate(
  client: Client,
  { limiter, tierOf }: Pick<TokenDeployment, 'limiter' | 'tierOf'>,
  now: EpochSeconds,
  answer: () => Promise<Answer>,
): Promise<Answer> {
  const subject = client.account === undefined ? `client:${client.clientId}` : `account:${client.account}`
  const rate = await limiter.count(subject, await tierOf(client), now)
  const headers = rateHeaders(rate)
  if (!rate.allowed) throw tooManyRequests({ ...headers, 'Retry-After': retryAfter(rate, now) })
  try {
    return { headers, ...(await answer()) }
  } catch (error) {
    throw toOAuthError(error).with(headers)
  }
}
