/** Every resource type that the local stack knows. */
import { deployment, gatewayResponse, resource, restApi, stage } from './api-gateway.ts'
import { authorizer } from './api-gateway-authorizer.ts'
import { method } from './api-gateway-method.ts'
import { apiKey, usagePlan, usagePlanKey } from './api-keys.ts'
import { distribution } from './cloudfront.ts'
import { cachePolicy, originRequestPolicy, responseHeadersPolicy } from './cloudfront-policies.ts'
import { customResource } from './custom-resource.ts'
import { table } from './dynamodb.ts'
import { rule } from './events.ts'
import { managedPolicy, policy, role } from './iam.ts'
import { ignoredTypes } from './ignored.ts'
import { alias, eventInvokeConfig, lambdaFunction, permission, version } from './lambda.ts'
import type { Provider } from './provider.ts'
import { secret } from './secrets.ts'

const providers: Readonly<Record<string, Provider>> = {
  ...ignoredTypes,
  'AWS::ApiGateway::ApiKey': apiKey,
  'AWS::ApiGateway::Authorizer': authorizer,
  'AWS::ApiGateway::Deployment': deployment,
  'AWS::ApiGateway::GatewayResponse': gatewayResponse,
  'AWS::ApiGateway::Method': method,
  'AWS::ApiGateway::Resource': resource,
  'AWS::ApiGateway::RestApi': restApi,
  'AWS::ApiGateway::Stage': stage,
  'AWS::ApiGateway::UsagePlan': usagePlan,
  'AWS::ApiGateway::UsagePlanKey': usagePlanKey,
  'AWS::CloudFormation::CustomResource': customResource,
  'AWS::CloudFront::CachePolicy': cachePolicy,
  'AWS::CloudFront::Distribution': distribution,
  'AWS::CloudFront::OriginRequestPolicy': originRequestPolicy,
  'AWS::CloudFront::ResponseHeadersPolicy': responseHeadersPolicy,
  'AWS::DynamoDB::Table': table,
  'AWS::Events::Rule': rule,
  'AWS::IAM::ManagedPolicy': managedPolicy,
  'AWS::IAM::Policy': policy,
  'AWS::IAM::Role': role,
  'AWS::Lambda::Alias': alias,
  'AWS::Lambda::EventInvokeConfig': eventInvokeConfig,
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::Lambda::Permission': permission,
  'AWS::Lambda::Version': version,
  'AWS::SecretsManager::Secret': secret,
}

export function providerOf(type: string): Provider | undefined {
  if (type.startsWith('Custom::')) return customResource
  return Object.hasOwn(providers, type) ? providers[type] : undefined
}
