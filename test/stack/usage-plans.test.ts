import { describe, expect, it } from 'vitest'
import { preset, presetNames } from '../support/presets.ts'
import { functionOf } from './reading.ts'
import { synthesize } from './synthesize.ts'

const stacks = presetNames
  .filter((name) => preset(name).api)
  .map((name) => ({
    name,
    stack: synthesize({ preset: name }),
    tiers: preset(name).rateLimits.tiers,
    throttle: preset(name).throttle,
    stackName: preset(name).name,
  }))

describe.each(stacks)('usage plans under $name', ({ stack, tiers, throttle, stackName }) => {
  const plans = Object.values(stack.resources('AWS::ApiGateway::UsagePlan')).map(
    ({ Properties }) => Properties,
  )
  const planNamed = (name: string) => plans.find(({ UsagePlanName }) => UsagePlanName === name)

  it('are one a tier, one for callers without a key of their own, and one for callers over their rate', () => {
    const shared = [`${stackName}-fallback`, `${stackName}-over-limit`]
    expect(plans.map(({ UsagePlanName }) => UsagePlanName).sort()).toEqual(
      [...Object.keys(tiers).map((tier) => `${stackName}-tier-${tier}`), ...shared].sort(),
    )
  })

  it.each(Object.entries(tiers))('%s never refuses what the exact counter allows', (tier, limits) => {
    const { Throttle, Quota } = planNamed(`${stackName}-tier-${tier}`)
    const perMinute = limits.requestsPerMinute
    expect(Throttle).toEqual({ RateLimit: perMinute / 60, BurstLimit: perMinute * 2 })
    expect(Quota).toBeUndefined()
  })

  it('limit nobody by the key that many share', () => {
    const { Throttle, Quota } = planNamed(`${stackName}-fallback`)
    expect([Throttle, Quota]).toEqual([undefined, undefined])
  })

  it('leave a tenth of the stage to all who are over their rate together', () => {
    const { Throttle, Quota } = planNamed(`${stackName}-over-limit`)
    expect(Throttle).toEqual({ RateLimit: throttle.ratePerSecond / 10, BurstLimit: throttle.burst / 10 })
    expect(Quota).toBeUndefined()
  })

  it('hold for the one stage', () => {
    for (const { ApiStages } of plans)
      expect(ApiStages.map((stage: unknown) => stack.readable(stage))).toEqual([
        { ApiId: '<Api/RestApi>', Stage: '<Api/RestApi/DeploymentStage.prod>', Throttle: {} },
      ])
  })

  const keys = stack.resources('AWS::ApiGateway::ApiKey')
  /** As CloudFormation will write it, with a UUID in place of the stack's. */
  const keyValue = (path: string) => {
    const [separator, parts] = keys[path]?.Properties.Value['Fn::Join'] ?? []
    return parts.map((part: unknown) => (typeof part === 'string' ? part : uuid)).join(separator)
  }
  const uuid = '0b1c2d3e-4f50-4a61-8b72-9c83ad94be05'
  const stacksUuid = { 'Fn::Select': [2, { 'Fn::Split': ['/', '<AWS::StackId>'] }] }

  it('have a fallback key a tier, all of them in the fallback plan, and one over the limit in its own', () => {
    const memberships = Object.values(stack.resources('AWS::ApiGateway::UsagePlanKey')).map(
      ({ Properties }) => stack.readable(Properties),
    )
    expect(Object.keys(keys)).toHaveLength(Object.keys(tiers).length + 1)
    expect(memberships).toHaveLength(Object.keys(tiers).length + 1)
    expect(memberships).toEqual(
      expect.arrayContaining(
        Object.keys(keys).map((path) => ({
          KeyId: `<${path}>`,
          KeyType: 'API_KEY',
          UsagePlanId: path.endsWith('/OverLimitKey')
            ? '<Api/UsagePlans/OverLimit>'
            : '<Api/UsagePlans/Fallback>',
        })),
      ),
    )
  })

  it('have keys of 20 to 128 characters, no two alike, each of which the authorizer can name', () => {
    const values = Object.keys(keys).map(keyValue)
    expect(values.sort()).toEqual(
      [...Object.keys(tiers).map((tier) => `${uuid}-${tier}`), `over-limit-${uuid}`].sort(),
    )
    expect(values.filter((value) => value.length < 20 || value.length > 128)).toEqual([])
    for (const { Properties } of Object.values(keys)) {
      expect(Properties.Enabled).toBe(true)
      const [, parts] = Properties.Value['Fn::Join']
      expect(parts.map((part: unknown) => stack.readable(part))).toContainEqual(stacksUuid) // no other deployment's
    }
    const { SHARED_API_KEY } = functionOf(stack, 'authorizer').Properties.Environment.Variables
    expect(stack.readable(SHARED_API_KEY)).toEqual(stacksUuid)
  })
})

it('the keys of accounts are kept by a function that is called every five minutes, and not again on failure', () => {
  for (const { stack } of stacks) {
    const rules = Object.values(stack.resources('AWS::Events::Rule'))
    expect(rules).toHaveLength(1)
    expect(stack.readable(rules[0]?.Properties)).toEqual({
      ScheduleExpression: 'rate(5 minutes)',
      State: 'ENABLED',
      Targets: [
        {
          Id: 'Target0',
          Arn: `<${functionOf(stack, 'api-keys').path}/Aliaslive>`,
          RetryPolicy: { MaximumRetryAttempts: 0 },
        },
      ],
    })
    const invocations = Object.values(stack.resources('AWS::Lambda::EventInvokeConfig'))
    expect(invocations.map(({ Properties }) => stack.readable(Properties))).toEqual([
      {
        FunctionName: `<${functionOf(stack, 'api-keys').path}>`,
        // The alias, out of its ARN.
        Qualifier: {
          'Fn::Select': [7, { 'Fn::Split': [':', `<${functionOf(stack, 'api-keys').path}/Aliaslive>`] }],
        },
        MaximumRetryAttempts: 0,
      },
    ])
  }
})
