/** AWS::CloudFront::Distribution. */
import {
  managedCachePolicies,
  managedOriginRequestPolicies,
  managedResponseHeadersPolicies,
} from '../cloudfront/managed-policies.ts'
import type { Behavior, ForwardingPolicy, Origin } from '../cloudfront/types.ts'
import { account, stableId } from '../identity.ts'
import { current } from '../secrets/types.ts'
import type { Properties } from '../template/properties.ts'
import { edgeFunctionArn } from './edge-association.ts'
import type { Provider } from './provider.ts'
import type { World } from './world.ts'

export const distribution: Provider = ({ logicalId, properties, world }) => {
  const config = properties.object('DistributionConfig')
  properties.ignore('for people', 'Tags')
  config.ignore('for people', 'Comment')
  config.ignore(
    'the loopback interface has neither TLS nor names',
    'Aliases',
    'ViewerCertificate',
    'HttpVersion',
    'IPV6Enabled',
    'PriceClass',
  )
  config.ignore('the web ACL and logs are not run locally', 'WebACLId', 'Logging')
  config.ignore('nobody is turned away by country', 'Restrictions')
  for (const unsupported of [
    'OriginGroups',
    'DefaultRootObject',
    'Staging',
    'ContinuousDeploymentPolicyId',
    'S3Origin',
    'CustomOrigin',
  ]) {
    config.refuse(unsupported, 'it changes which origin answers')
  }
  if (!config.boolean('Enabled', false))
    config.fail('Enabled', 'is not set: the distribution would answer nobody')
  for (const page of config.objects('CustomErrorResponses')) {
    page.ignore('nothing is cached here, errors least of all', 'ErrorCode', 'ErrorCachingMinTTL')
    page.refuse('ResponsePagePath', "it replaces the API's own errors")
    page.refuse('ResponseCode', "it replaces the API's own errors")
  }
  const id = stableId(`${world.stackName}/${logicalId}`, 14).toUpperCase()
  const domainName = `${id.toLowerCase()}.cloudfront.net`
  const origins = config.objects('Origins').map((origin) => readOrigin(origin, world))
  world.distributions.set(id, {
    id,
    domainName,
    origins: new Map(origins.map((origin) => [origin.id, origin])),
    behaviors: [
      ...config
        .objects('CacheBehaviors')
        .map((behavior) => readBehavior(behavior, behavior.string('PathPattern'), world)),
      readBehavior(config.object('DefaultCacheBehavior'), '*', world),
    ],
  })
  return {
    ref: id,
    attributes: { Id: id, DomainName: domainName, Arn: `arn:aws:cloudfront::${account}:distribution/${id}` },
  }
}

function readOrigin(origin: Properties, world: World): Origin {
  origin.refuse('S3OriginConfig', 'there is no S3')
  origin.refuse('VpcOriginConfig', 'there is no VPC')
  origin.ignore(
    'the connection to the origin is a function call',
    'CustomOriginConfig',
    'ConnectionAttempts',
    'ConnectionTimeout',
  )
  origin.ignore('the connection to the origin is a function call', 'ResponseCompletionTimeout')
  if (origin.optionalObject('OriginShield')?.boolean('Enabled', false))
    origin.fail('OriginShield', 'is not supported')
  return {
    id: origin.string('Id'),
    domainName: origin.string('DomainName'),
    path: origin.optionalString('OriginPath') ?? '',
    customHeaders: origin
      .objects('OriginCustomHeaders')
      .map((header) => [header.string('HeaderName'), headerValue(header, world)] as const),
  }
}

/** A value, or the secret that a dynamic reference names. */
function headerValue(header: Properties, world: World): string {
  const value = header.string('HeaderValue')
  if (!value.includes('{{')) return value
  const [, secretId] = /^\{\{resolve:secretsmanager:([^:]+):SecretString\}\}$/.exec(value) ?? []
  const secret = secretId === undefined ? undefined : world.secrets.find(secretId)
  const version = Object.values(secret?.versions ?? {}).find(({ stages }) => stages.includes(current))
  return version?.secretString ?? header.fail('HeaderValue', `${value} names no secret that has a value`)
}

function readBehavior(behavior: Properties, pathPattern: string, world: World): Behavior {
  behavior.ignore('the loopback interface speaks plain HTTP', 'ViewerProtocolPolicy')
  behavior.ignore('bodies are not compressed and nothing is cached here', 'Compress', 'CachedMethods')
  for (const unsupported of [
    'FunctionAssociations',
    'TrustedKeyGroups',
    'TrustedSigners',
    'RealtimeLogConfigArn',
    'ForwardedValues',
    'SmoothStreaming',
    'FieldLevelEncryptionId',
    'GrpcConfig',
  ]) {
    behavior.refuse(unsupported, 'it changes what reaches the origin or the viewer')
  }
  const methods = behavior.strings('AllowedMethods')
  const headersPolicy = behavior.optionalString('ResponseHeadersPolicyId')
  const responseHeaders =
    headersPolicy === undefined
      ? undefined
      : (world.responseHeadersPolicies.get(headersPolicy) ?? managedResponseHeadersPolicies[headersPolicy])
  if (headersPolicy !== undefined && !responseHeaders)
    behavior.fail('ResponseHeadersPolicyId', `${headersPolicy} is unknown`)
  const edgeFunction = edgeFunctionArn(behavior, world)
  return {
    pathPattern,
    originId: behavior.string('TargetOriginId'),
    allowedMethods: methods.length > 0 ? methods : ['GET', 'HEAD'],
    forwarding: [
      ...forwardingPolicy(behavior, 'CachePolicyId', managedCachePolicies, world),
      ...forwardingPolicy(behavior, 'OriginRequestPolicyId', managedOriginRequestPolicies, world),
    ],
    ...(responseHeaders === undefined ? {} : { responseHeaders }),
    ...(edgeFunction === undefined ? {} : { originResponseFunction: edgeFunction }),
  }
}

function forwardingPolicy(
  behavior: Properties,
  property: string,
  managed: Readonly<Record<string, ForwardingPolicy>>,
  world: World,
): readonly ForwardingPolicy[] {
  const id = behavior.optionalString(property)
  if (id === undefined) return []
  const policy = world.forwardingPolicies.get(id) ?? managed[id]
  return [policy ?? behavior.fail(property, `${id} is not known to the local stack`)]
}
