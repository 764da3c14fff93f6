/** Alarms of vending: what callers read as a 500, and what nobody would notice while the last good file serves. */
import { Duration, Stack } from 'aws-cdk-lib'
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { FilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { Construct } from 'constructs'
import { vendAlarms } from '../../shared/config/vend-alarms.ts'

interface Watched {
  readonly id: string
  /** The log line's message, as the function writes it. */
  readonly message: string
  readonly description: string
}

const watched: readonly Watched[] = [
  {
    id: 'ProfilesUnavailable',
    message: vendAlarms.profilesUnavailable,
    description: 'Critical: there are no profiles at all, and every vending request is answered with 500',
  },
  {
    id: 'ProfilesStale',
    message: vendAlarms.profilesStale,
    description: 'Warning: changes of the profile file have no effect, since it cannot be read or is faulty',
  },
  {
    id: 'ProfilesNotKept',
    message: vendAlarms.profilesNotKept,
    description: 'Warning: while GitHub does not answer, new environments begin with an older profile file',
  },
  {
    id: 'ProfileInvalid',
    message: vendAlarms.profileInvalid,
    description: 'Warning: a profile of the file is faulty, and whoever asks for it gets a 404',
  },
  {
    id: 'IssuerKeysUnreadable',
    message: vendAlarms.issuerKeysUnreadable,
    description: 'Warning: once the keys that are known are four hours old, tokens of this issuer get a 500',
  },
]

export interface VendAlarmsProps {
  /** The log of the function that vends. */
  readonly logGroup: ILogGroup
  /** ARN of the SNS topic that is notified. */
  readonly topicArn?: string | undefined
}

export class VendAlarms extends Construct {
  constructor(scope: Construct, id: string, { logGroup, topicArn }: VendAlarmsProps) {
    super(scope, id)
    const topic = topicArn === undefined ? undefined : Topic.fromTopicArn(this, 'Topic', topicArn)
    for (const { id: name, message, description } of watched) {
      const filter = new MetricFilter(this, `${name}Filter`, {
        logGroup,
        filterPattern: FilterPattern.stringValue('$.message', '=', message),
        // Another deployment in the same account has metrics of its own.
        metricNamespace: `Scrip/${Stack.of(this).stackName}`,
        metricName: name,
      })
      const alarm = new Alarm(this, name, {
        metric: filter.metric({ statistic: 'sum', period: Duration.minutes(5) }),
        threshold: 1,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
        alarmDescription: `Scrip: ${description}`,
      })
      if (topic) alarm.addAlarmAction(new SnsAction(topic))
    }
  }
}
