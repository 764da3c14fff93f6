/**
 * AWS's own managed policies that a stack may attach, as documents.
 *
 * Only policies whose text is known here may be used: an unknown one stops the start.
 */
import { LocalStackError } from '../errors.ts'
import type { Json } from '../json.ts'

const logs = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents']

const allow = (actions: readonly string[]): Json => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }],
})

const documents: Readonly<Record<string, Json>> = {
  'service-role/AWSLambdaBasicExecutionRole': allow(logs),
  AWSXRayDaemonWriteAccess: allow([
    'xray:PutTraceSegments',
    'xray:PutTelemetryRecords',
    'xray:GetSamplingRules',
    'xray:GetSamplingTargets',
    'xray:GetSamplingStatisticSummaries',
  ]),
  'service-role/AmazonAPIGatewayPushToCloudWatchLogs': allow([
    ...logs,
    'logs:DescribeLogGroups',
    'logs:DescribeLogStreams',
    'logs:GetLogEvents',
    'logs:FilterLogEvents',
  ]),
}

/** The document of `arn:aws:iam::aws:policy/<name>`. */
export function awsManagedPolicy(arn: string, where: string): Json {
  const name = arn.replace(/^arn:[^:]*:iam::aws:policy\//, '')
  const document = Object.hasOwn(documents, name) ? documents[name] : undefined
  if (document === undefined)
    throw new LocalStackError(`${where}: the local stack does not know the policy ${arn}`)
  return document
}
