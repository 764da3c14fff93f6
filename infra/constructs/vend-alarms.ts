/** Alarms of vending: what callers read as a 500, and what nobody would notice while the last good file serves. */
import { Duration } from 'aws-cdk-lib'
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { FilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'

interface Watched {
  readonly id: string
  /** The log line's message, as the function writes it. */
  readonly message: string
  readonly description: string
}

const watched: readonly Watched[] = [
  {
    id: 'ProfilesUnavailable',
    message: 'profiles unavailable',
    description: 'Critical: there are no profiles at all, and every vending request is answered with 500',
  },
  {
    id: 'ProfilesStale',
    message: 'the profile file could not be read; using the last good one',
    description: 'Warning: changes of the profile file have no effect, since it cannot be read or is faulty',
  },
  {
    id: 'ProfileInvalid',
    message: 'a profile is not available',
    description: 'Warning: a profile of the file is faulty, and whoever asks for it gets a 404',
  },
]

export class VendAlarms extends Construct {
  constructor(scope: Construct, id: string, logGroup: ILogGroup) {
    super(scope, id)
    for (const { id: name, message, description } of watched) {
      const filter = new MetricFilter(this, `${name}Filter`, {
        logGroup,
        filterPattern: FilterPattern.stringValue('$.message', '=', message),
        metricNamespace: 'Scrip',
        metricName: name,
      })
      new Alarm(this, name, {
        metric: filter.metric({ statistic: 'sum', period: Duration.minutes(5) }),
        threshold: 1,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
        alarmDescription: `Scrip: ${description}`,
      })
    }
  }
}
