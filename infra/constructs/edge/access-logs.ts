/** The distribution's access logs. */
import { Names, Stack } from 'aws-cdk-lib'
import type { Distribution } from 'aws-cdk-lib/aws-cloudfront'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import {
  CfnDelivery,
  CfnDeliveryDestination,
  CfnDeliverySource,
  LogGroup,
  type RetentionDays,
} from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'

/** No query string, cookie or referrer: an authorization request has its `state` and login hint there. */
const recordFields = [
  'date',
  'time',
  'x-edge-request-id',
  'x-edge-location',
  'c-ip',
  'cs(User-Agent)',
  'cs-method',
  'x-host-header',
  'cs-uri-stem',
  'sc-status',
  'sc-bytes',
  'time-taken',
  'x-edge-detailed-result-type',
  'ssl-protocol',
]

/**
 * Standard logging, version 2, into a log group. The first version always writes the query string, and only
 * into a bucket that takes ACLs; and this way one setting retains all logs, and one tool searches them.
 */
export class EdgeAccessLogs extends Construct {
  constructor(scope: Construct, id: string, distribution: Distribution, retention: RetentionDays) {
    super(scope, id)
    const name = Names.uniqueResourceName(this, {
      maxLength: 60,
      separator: '-',
    })
    const logGroup = new LogGroup(this, 'Logs', { retention })
    allowDelivery(logGroup)
    const source = new CfnDeliverySource(this, 'Source', {
      name,
      logType: 'ACCESS_LOGS',
      resourceArn: distribution.distributionArn,
    })
    const destination = new CfnDeliveryDestination(this, 'Destination', {
      name,
      outputFormat: 'json',
      deliveryDestinationType: 'CWL',
      destinationResourceArn: logGroup.logGroupArn,
    })
    const delivery = new CfnDelivery(this, 'Delivery', {
      deliverySourceName: source.ref,
      deliveryDestinationArn: destination.attrArn,
      recordFields,
    })
    delivery.node.addDependency(logGroup)
  }
}

/** Told explicitly; the service would otherwise write it into a policy that all stacks of the account share. */
function allowDelivery(logGroup: LogGroup): void {
  const { account, region, partition } = Stack.of(logGroup)
  logGroup.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('delivery.logs.amazonaws.com')],
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [logGroup.logGroupArn],
      conditions: {
        StringEquals: { 'aws:SourceAccount': account },
        ArnLike: { 'aws:SourceArn': `arn:${partition}:logs:${region}:${account}:*` },
      },
    }),
  )
}
