/**
 * Types that are not run locally, each with the reason why leaving it out changes no answer.
 *
 * They still have a `Ref` and, where others use them, attributes.
 */
import { account, arn, stableId } from '../identity.ts'
import type { Provider } from './provider.ts'

/** A placeholder that takes every property as it is. */
function placeholder(attributes: (name: string) => Readonly<Record<string, string>> = () => ({})): Provider {
  return ({ logicalId, properties, defaultName }) => {
    properties.all()
    return { ref: defaultName(), attributes: { Id: stableId(logicalId, 13), ...attributes(defaultName()) } }
  }
}

/** A log group's name is asked for by functions, its ARN by policies and stages. */
const logGroup: Provider = ({ properties, defaultName }) => {
  const name = properties.optionalString('LogGroupName') ?? defaultName(128)
  properties.ignore(
    'logs are files',
    'RetentionInDays',
    'Tags',
    'KmsKeyId',
    'LogGroupClass',
    'DataProtectionPolicy',
  )
  properties.ignore(
    'logs are files',
    'FieldIndexPolicies',
    'DeletionProtectionEnabled',
    'ResourcePolicyDocument',
  )
  return { ref: name, attributes: { Arn: arn('logs', `log-group:${name}:*`) } }
}

export const ignoredTypes: Readonly<Record<string, Provider>> = {
  // A note of the CDK's about itself.
  'AWS::CDK::Metadata': placeholder(),
  // Logs are files in the data folder.
  'AWS::Logs::LogGroup': logGroup,
  'AWS::Logs::ResourcePolicy': placeholder(),
  'AWS::Logs::MetricFilter': placeholder(),
  'AWS::Logs::QueryDefinition': placeholder(),
  'AWS::Logs::DeliverySource': placeholder((name) => ({ Arn: arn('logs', `delivery-source:${name}`) })),
  'AWS::Logs::DeliveryDestination': placeholder((name) => ({
    Arn: arn('logs', `delivery-destination:${name}`),
  })),
  'AWS::Logs::Delivery': placeholder((name) => ({ Arn: arn('logs', `delivery:${name}`), DeliveryId: name })),
  // The role by which API Gateway writes its own log, once an account.
  'AWS::ApiGateway::Account': placeholder(),
  // Who watches a deployment does not watch this one.
  'AWS::CloudWatch::Alarm': placeholder((name) => ({ Arn: arn('cloudwatch', `alarm:${name}`) })),
  'AWS::CloudWatch::CompositeAlarm': placeholder((name) => ({ Arn: arn('cloudwatch', `alarm:${name}`) })),
  'AWS::CloudWatch::Dashboard': placeholder(),
  'AWS::SNS::Topic': placeholder((name) => ({ TopicArn: arn('sns', name), TopicName: name })),
  'AWS::SNS::TopicPolicy': placeholder(),
  'AWS::SNS::Subscription': placeholder(),
  // The firewall counts requests over five minutes and many addresses; here there is one address.
  'AWS::WAFv2::WebACL': placeholder((name) => ({
    Arn: arn('wafv2', `global/webacl/${name}/${stableId(name, 12)}`),
    LabelNamespace: `awswaf:${account}:webacl:${name}:`,
  })),
  'AWS::WAFv2::WebACLAssociation': placeholder(),
  'AWS::WAFv2::LoggingConfiguration': placeholder(),
  // Access logs of CloudFront and S3; no function reads a bucket.
  'AWS::S3::Bucket': placeholder((name) => ({
    Arn: `arn:aws:s3:::${name.toLowerCase()}`,
    DomainName: `${name.toLowerCase()}.s3.amazonaws.com`,
    RegionalDomainName: `${name.toLowerCase()}.s3.us-east-1.amazonaws.com`,
  })),
  'AWS::S3::BucketPolicy': placeholder(),
  // Names and TLS belong to the internet.
  'AWS::Route53::RecordSet': placeholder(),
  'AWS::Route53::RecordSetGroup': placeholder(),
  'AWS::CertificateManager::Certificate': placeholder(),
}
