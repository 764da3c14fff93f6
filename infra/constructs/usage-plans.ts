/**
 * The shield around the exact counter: API Gateway's usage plans, one a rate tier, and one for all callers that
 * are over their rate.
 *
 * A tier's plan never refuses what the counter allows: only that is taken from it, and the counter lets a whole
 * minute's requests through at once, and again when the next minute begins, so the plan's burst is twice the
 * limit. What the counter refuses is a 429 in any case: the plan over the limit keeps most of it from functions/api
 * and from the stage's own bucket.
 */
import { Fn, Stack } from 'aws-cdk-lib'
import { ApiKey, type Stage, UsagePlan } from 'aws-cdk-lib/aws-apigateway'
import { Construct, type IConstruct } from 'constructs'
import { fallbackKey, overLimitKey } from '../../shared/config/environment.ts'
import type { Config } from '../../shared/config/types.ts'
import { overLimitPlanName, usagePlanName } from '../../shared/protocol/usage-plan.ts'
import { pascalCase } from './names.ts'

export interface UsagePlansProps {
  readonly stage: Stage
  readonly config: Pick<Config, 'rateLimits' | 'throttle'>
}

/** Answers that say no more than 429 get a tenth of what the stage takes. */
const OVER_LIMIT_DIVISOR = 10

/**
 * What the values of the keys that callers share are made from: the stack's own UUID, so that no two deployments of an
 * account and region have a key in common. It may stand in a template, since no caller's key is ever looked at.
 */
export function sharedKeyBase(scope: IConstruct): string {
  return Fn.select(2, Fn.split('/', Stack.of(scope).stackId))
}

export class UsagePlans extends Construct {
  constructor(scope: Construct, id: string, { stage, config }: UsagePlansProps) {
    super(scope, id)
    const { stackName } = Stack.of(this)
    const { tiers } = config.rateLimits
    const apiStages = [{ api: stage.restApi, stage }]
    for (const [tier, { requestsPerMinute }] of Object.entries(tiers))
      new UsagePlan(this, `Tier${pascalCase(tier)}`, {
        name: usagePlanName(stackName, tier),
        description: `Scrip: accounts on the tier ${tier}, each with a key of its own`,
        throttle: { rateLimit: requestsPerMinute / 60, burstLimit: requestsPerMinute * 2 },
        apiStages,
      })
    // Callers that share a key share its bucket: theirs has no limit, and the counter alone holds them.
    const fallback = new UsagePlan(this, 'Fallback', {
      name: usagePlanName(stackName),
      description: 'Scrip: callers without a key of their own yet, counted by tier',
      apiStages,
    })
    for (const tier of Object.keys(tiers))
      fallback.addApiKey(
        new ApiKey(this, `Fallback${pascalCase(tier)}Key`, {
          apiKeyName: `${stackName}-fallback-${tier}`,
          description: `Scrip: callers on the tier ${tier} without a key of their own`,
          value: fallbackKey(sharedKeyBase(this), tier),
        }),
      )
    new UsagePlan(this, 'OverLimit', {
      name: overLimitPlanName(stackName),
      description: 'Scrip: all callers over their rate',
      throttle: {
        rateLimit: config.throttle.ratePerSecond / OVER_LIMIT_DIVISOR,
        burstLimit: Math.ceil(config.throttle.burst / OVER_LIMIT_DIVISOR),
      },
      apiStages,
    }).addApiKey(
      new ApiKey(this, 'OverLimitKey', {
        apiKeyName: `${stackName}-over-limit`,
        description: 'Scrip: all callers over their rate',
        value: overLimitKey(sharedKeyBase(this)),
      }),
    )
  }
}
