/**
 * The shield before the exact counter: API Gateway's usage plans, one a rate tier.
 *
 * A plan never refuses what the counter allows: the counter lets a whole minute's requests through at once, and
 * again when the next minute begins, so a plan's burst is twice the limit.
 */
import { Fn, Stack } from 'aws-cdk-lib'
import { ApiKey, type Stage, UsagePlan } from 'aws-cdk-lib/aws-apigateway'
import { Construct, type IConstruct } from 'constructs'
import { fallbackKey } from '../../shared/config/environment.ts'
import type { RateTier } from '../../shared/config/types.ts'
import { usagePlanName } from '../../shared/protocol/usage-plan.ts'
import { pascalCase } from './names.ts'

export interface UsagePlansProps {
  readonly stage: Stage
  readonly tiers: Readonly<Record<string, RateTier>>
}

/**
 * What the value of each tier's fallback key begins with: the stack's own UUID, so that no two deployments of an
 * account and region have a key in common. It may stand in a template, since no caller's key is ever looked at.
 */
export function fallbackKeyBase(scope: IConstruct): string {
  return Fn.select(2, Fn.split('/', Stack.of(scope).stackId))
}

export class UsagePlans extends Construct {
  constructor(scope: Construct, id: string, { stage, tiers }: UsagePlansProps) {
    super(scope, id)
    const { stackName } = Stack.of(this)
    for (const [tier, { requestsPerMinute }] of Object.entries(tiers))
      new UsagePlan(this, `Tier${pascalCase(tier)}`, {
        name: usagePlanName(stackName, tier),
        description: `Scrip: accounts on the tier ${tier}, each with a key of its own`,
        throttle: { rateLimit: requestsPerMinute / 60, burstLimit: requestsPerMinute * 2 },
        apiStages: [{ api: stage.restApi, stage }],
      })
    // Callers that share a key share its bucket: theirs has no limit, and the counter alone holds them.
    const fallback = new UsagePlan(this, 'Fallback', {
      name: usagePlanName(stackName),
      description: 'Scrip: callers without a key of their own yet, counted by tier',
      apiStages: [{ api: stage.restApi, stage }],
    })
    for (const tier of Object.keys(tiers))
      fallback.addApiKey(
        new ApiKey(this, `Fallback${pascalCase(tier)}Key`, {
          apiKeyName: `${stackName}-fallback-${tier}`,
          description: `Scrip: callers on the tier ${tier} without a key of their own`,
          value: fallbackKey(fallbackKeyBase(this), tier),
        }),
      )
  }
}
