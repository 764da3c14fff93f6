/**
 * The authorizer: who calls the API, with which scope and on which rate tier.
 *
 * It refuses only what is no good credential. A caller that is over its rate, or lacks a scope, is let through
 * with that said in the context, and `functions/api` answers it: API Gateway's own answers have one fixed status.
 * Only what is too much of 429s for the plan of callers over their rate is answered before, in the same way.
 */
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent, Context } from 'aws-lambda'
import { fallbackKey, overLimitKey } from '../../shared/config/environment.ts'
import type { Config } from '../../shared/config/types.ts'
import { type AuthorizerContext, contextOf, refusalContext } from '../../shared/http/authorizer-context.ts'
import { challengeFor, presentedToken } from '../../shared/http/bearer-token.ts'
import { mergedByName } from '../../shared/http/headers.ts'
import { log } from '../../shared/http/log.ts'
import type { RateLimiter } from '../../shared/http/rate-limit.ts'
import { countedSource } from '../../shared/http/source.ts'
import { tierOfAccount } from '../../shared/http/tiers.ts'
import { type EpochSeconds, fromMilliseconds } from '../../shared/protocol/brands.ts'
import type { AccountReader } from '../../shared/stores/accounts.ts'
import type { Clock } from '../../shared/stores/memory.ts'
import { within } from '../../shared/vending/within.ts'
import type { Identify } from './identify.ts'

/** How long the caller's address is waited for: a cold start reads the edge's secret, which takes some 100 ms. */
const LOCATING_MILLISECONDS = 1_500

export interface AuthorizerServices {
  readonly config: Config
  /** Tells whose token it is, if it is good. */
  readonly identify: Identify
  readonly accounts: AccountReader
  readonly limiter: RateLimiter
  /** The caller's address: without an edge API Gateway's word for it, else the edge's. */
  readonly address: (event: APIGatewayRequestAuthorizerEvent) => Promise<string>
  /** What the values of the API keys that callers share are made from. */
  readonly sharedKeyBase: string
  readonly clock: Clock
}

export type AuthorizerHandler = (
  event: APIGatewayRequestAuthorizerEvent,
  context: Context,
) => Promise<APIGatewayAuthorizerResult>

/** Answers Allow or Deny, each with a context; whatever it throws, API Gateway answers with 503. */
export function authorizer(services: AuthorizerServices): AuthorizerHandler {
  const { config, accounts, limiter } = services
  return async (event, context) => {
    log.resetKeys()
    log.addContext(context)
    log.appendKeys({ request_id: event.requestContext.requestId })
    const now = fromMilliseconds(services.clock())
    // Meanwhile the token is looked at.
    const locating = addressOf(event)
    const presented = presentedToken({
      headers: mergedByName(event.multiValueHeaders),
      query: event.queryStringParameters,
    })
    if (presented.kind !== 'token')
      return refuse(presented.kind === 'none' ? 'no credentials' : presented.reason, challengeFor(presented))
    const identified = await services.identify(presented.text, event, now)
    if (identified.kind === 'refused') return refuse(identified.reason, challengeFor(presented))
    const { caller, rateSubject } = identified
    const account = caller.account === undefined ? undefined : await accounts.find(caller.account)
    const tier = tierOfAccount(config.rateLimits, account)
    const rate = await limiter.count(rateSubject, tier, now)
    // Callers that share a key share its bucket: users of a public client, who count apart, are none of them.
    const key = rateSubject === `account:${caller.account}` ? account?.apiKey : undefined
    const keyWithinRate = key?.tier === tier.name ? key.value : fallbackKey(services.sharedKeyBase, tier.name)
    return {
      ...policy(
        'Allow',
        contextOf({ caller: { ...caller, tier: tier.name }, rate, address: await locating }, now),
      ),
      principalId: caller.subject,
      // What the counter refuses takes nothing from the bucket that holds what it allows.
      usageIdentifierKey: rate.allowed ? keyWithinRate : overLimitKey(services.sharedKeyBase),
    }

    async function refuse(reason: string, challenge: string): Promise<APIGatewayAuthorizerResult> {
      log.warn('credential refused', { reason, route: event.resource })
      return policy('Deny', refusalContext(challenge, await sourceRate(await locating, now), now))
    }
  }

  /**
   * Where a request comes from decides nothing here, so it costs nobody an answer: while the edge's secret cannot be
   * read, it is the address that API Gateway sees, the edge's own.
   */
  async function addressOf(event: APIGatewayRequestAuthorizerEvent): Promise<string> {
    try {
      const late = () => new Error('the edge’s secret took too long')
      return await within(LOCATING_MILLISECONDS, services.address(event), late)
    } catch (error) {
      log.warn('the caller’s address is not known', { cause: String(error) })
      return event.requestContext.identity.sourceIp
    }
  }

  /** A stranger is counted by its address: that window is told, and nothing else follows from it. */
  async function sourceRate(address: string, now: EpochSeconds) {
    const subject = `source:${countedSource(address)}`
    return limiter.count(subject, tierOfAccount(config.rateLimits, undefined), now)
  }
}

/**
 * For this very request, since the answer is never cached (TTL 0). So its resource need not be named, and nothing
 * that a caller writes into a path becomes part of a policy.
 */
function policy(Effect: 'Allow' | 'Deny', context: AuthorizerContext): APIGatewayAuthorizerResult {
  return {
    principalId: 'stranger',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect, Resource: '*' }],
    },
    context,
  }
}
