import { describe, expect, it } from 'vitest'
import { vendAlarms } from '../../shared/config/vend-alarms.ts'
import { synthesize } from './synthesize.ts'

const topicArn = 'arn:aws:sns:eu-west-1:111111111111:on-call'
const silent = synthesize({ preset: 'ci' })
const notifying = synthesize({ preset: 'ci', add: `alarms: { topicArn: "${topicArn}" }` })
const alarmsOf = (stack: typeof silent) =>
  Object.values(stack.resources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties)

describe('alarms of vending', () => {
  it('each waits for one message of the function’s own log, and there is one for every such message', () => {
    const filters = Object.values(silent.resources('AWS::Logs::MetricFilter')).map(
      ({ Properties }) => Properties,
    )
    const waiting = alarmsOf(silent).map(({ Namespace, MetricName }) => {
      const filter = filters.find(
        ({ MetricTransformations: [{ MetricNamespace, MetricName: name }] }) =>
          MetricNamespace === Namespace && name === MetricName,
      )
      return { on: silent.readable(filter?.LogGroupName), pattern: filter?.FilterPattern }
    })
    expect(waiting).toEqual(
      Object.values(vendAlarms).map((message) => ({
        on: '<Functions/Vend/Logs>',
        pattern: `{ $.message = "${message}" }`,
      })),
    )
  })

  it('ring at the first such line in five minutes, and not for want of lines', () => {
    for (const alarm of alarmsOf(silent))
      expect(alarm).toMatchObject({
        Namespace: 'Scrip/Ci',
        Statistic: 'Sum',
        Period: 300,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        TreatMissingData: 'notBreaching',
      })
  })

  it('notify the topic of the configuration, every one of them, and nobody without it', () => {
    expect(alarmsOf(notifying).map(({ AlarmActions }) => AlarmActions)).toEqual(
      Object.keys(vendAlarms).map(() => [topicArn]),
    )
    for (const alarm of alarmsOf(silent)) expect(alarm).not.toHaveProperty('AlarmActions')
  })

  it('are there only where GitHub tokens are vended', () => {
    expect(alarmsOf(synthesize())).toEqual([])
  })
})
