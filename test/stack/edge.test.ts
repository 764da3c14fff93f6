import { describe, expect, it } from 'vitest'
import { distributionConfig } from './reading.ts'
import { account, edgeYaml, type Synthesized, stackNamed, synthesizeAll } from './synthesize.ts'

const edges: [string, Synthesized][] = [
  ['us-east-1', stackNamed('Scrip', synthesizeAll({ add: edgeYaml }))],
  [
    'eu-central-1, in the companion stack',
    stackNamed('ScripEdge', synthesizeAll({ add: edgeYaml, region: 'eu-central-1' })),
  ],
]

describe.each(edges)('the distribution in %s', (_place, stack) => {
  const config = distributionConfig(stack)

  it('serves the domain over TLS 1.2 or later, HTTP/2 and HTTP/3', () => {
    expect(config).toMatchObject({
      Aliases: ['auth.example.com'],
      ViewerCertificate: { MinimumProtocolVersion: 'TLSv1.2_2021', SslSupportMethod: 'sni-only' },
      HttpVersion: 'http2and3',
    })
  })

  it('forwards everything but Host to the stage, over TLS 1.2', () => {
    expect(config.Origins).toEqual([
      expect.objectContaining({
        OriginPath: '/prod',
        CustomOriginConfig: {
          OriginProtocolPolicy: 'https-only',
          OriginSSLProtocols: ['TLSv1.2'],
          OriginReadTimeout: 30,
          OriginKeepaliveTimeout: 60,
        },
      }),
    ])
  })

  it('caches nothing by default, and takes no plain http', () => {
    expect(config.DefaultCacheBehavior).toMatchObject({
      AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
      CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad', // Managed-CachingDisabled
      OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac', // Managed-AllViewerExceptHostHeader
      ViewerProtocolPolicy: 'https-only',
    })
  })

  it('caches metadata as long as it says itself, the same for everyone', () => {
    expect(config.CacheBehaviors).toHaveLength(1)
    expect(config.CacheBehaviors[0]).toMatchObject({
      PathPattern: '/.well-known/*',
      AllowedMethods: ['GET', 'HEAD'],
      ViewerProtocolPolicy: 'https-only',
    })
    expect(config.CacheBehaviors[0].OriginRequestPolicyId).toBeUndefined()
    const [policy] = Object.values(stack.resources('AWS::CloudFront::CachePolicy'))
    expect(policy?.Properties.CachePolicyConfig).toMatchObject({
      MinTTL: 0,
      DefaultTTL: 0,
      MaxTTL: 86_400,
      ParametersInCacheKeyAndForwardedToOrigin: {
        CookiesConfig: { CookieBehavior: 'none' },
        HeadersConfig: { HeaderBehavior: 'none' },
        QueryStringsConfig: { QueryStringBehavior: 'none' },
      },
    })
  })

  it('keeps no error: one caller would read what another was told', () => {
    expect(config.CustomErrorResponses).toEqual(
      [400, 403, 404, 405, 414, 500, 501, 502, 503, 504].map((status) => ({
        ErrorCode: status,
        ErrorCachingMinTTL: 0,
      })),
    )
  })

  it('restores WWW-Authenticate in every answer', () => {
    for (const behavior of [config.DefaultCacheBehavior, ...config.CacheBehaviors])
      expect(stack.readable(behavior.LambdaFunctionAssociations)).toEqual([
        {
          EventType: 'origin-response',
          LambdaFunctionARN: '<Edge/RestoreHeader/Function/CurrentVersion>',
        },
      ])
  })

  it('runs a function that Lambda@Edge takes and that may do nothing', () => {
    const { Properties, DeletionPolicy } =
      stack.resources('AWS::Lambda::Function')['Edge/RestoreHeader/Function'] ?? {}
    expect(DeletionPolicy).toBe('Retain')
    expect(Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['x86_64'],
      MemorySize: 128,
      Timeout: 5,
    })
    expect(Properties.Environment).toBeUndefined()
    const role = stack.resources('AWS::IAM::Role')['Edge/RestoreHeader/Role']
    expect(Object.keys(role?.Properties)).toEqual(['AssumeRolePolicyDocument'])
    expect(role?.Properties.AssumeRolePolicyDocument.Statement[0].Principal.Service.toSorted()).toEqual([
      'edgelambda.amazonaws.com',
      'lambda.amazonaws.com',
    ])
    expect(
      Object.keys(stack.resources('AWS::IAM::Policy')).filter((path) => path.startsWith('Edge/')),
    ).toEqual([])
  })

  it('has a web ACL that limits addresses and lets OAuth through', () => {
    const [acl] = Object.values(stack.resources('AWS::WAFv2::WebACL'))
    expect(stack.readable(config.WebACLId)).toBe('<Edge/WebAcl/WebAcl.Arn>')
    expect(acl?.Properties.Scope).toBe('CLOUDFRONT')
    const [rate, ...managed] = acl?.Properties.Rules ?? []
    expect(rate.Statement.RateBasedStatement).toEqual({
      AggregateKeyType: 'IP',
      EvaluationWindowSec: 300,
      Limit: 3000,
    })
    expect(rate.Action.Block.CustomResponse.ResponseCode).toBe(429)
    expect(JSON.parse(acl?.Properties.CustomResponseBodies.tooManyRequests.Content)).toEqual({
      error: 'temporarily_unavailable',
      error_description: 'Too many requests. Please slow down',
    })
    expect(managed.map(managedGroup)).toEqual([
      ['AWSManagedRulesAmazonIpReputationList', []],
      ['AWSManagedRulesKnownBadInputsRuleSet', []],
      [
        'AWSManagedRulesCommonRuleSet',
        [
          'SizeRestrictions_BODY',
          'SizeRestrictions_QUERYSTRING',
          'GenericRFI_BODY',
          'GenericRFI_QUERYARGUMENTS',
          'NoUserAgent_HEADER',
        ],
      ],
    ])
    expect(JSON.stringify(acl)).not.toContain('"SampledRequestsEnabled":true')
  })

  it('logs accesses without query string, cookie or referrer, as long as everything else', () => {
    const [delivery] = Object.values(stack.resources('AWS::Logs::Delivery'))
    const fields: string[] = delivery?.Properties.RecordFields
    expect(fields).toContain('cs-uri-stem')
    for (const field of ['cs-uri-query', 'cs(Cookie)', 'cs(Referer)', 'cs-headers'])
      expect(fields).not.toContain(field)
    expect(stack.resources('AWS::Logs::LogGroup')['Edge/AccessLogs/Logs']?.Properties).toEqual({
      RetentionInDays: 90,
    })
    const [source] = Object.values(stack.resources('AWS::Logs::DeliverySource'))
    expect(stack.readable(source?.Properties.ResourceArn)).toBe(
      `arn:aws:cloudfront::${account}:distribution/<Edge/Distribution>`,
    )
  })

  it('tells where the DNS record has to point', () => {
    expect(stack.readable(stack.template.findOutputs('DistributionDomain'))).toMatchObject({
      DistributionDomain: { Value: '<Edge/Distribution.DomainName>' },
    })
  })
})

function managedGroup({ Statement }: { Statement: { ManagedRuleGroupStatement: ManagedGroup } }) {
  const { Name, RuleActionOverrides } = Statement.ManagedRuleGroupStatement
  for (const { ActionToUse } of RuleActionOverrides) expect(ActionToUse).toEqual({ Count: {} })
  return [Name, RuleActionOverrides.map((override) => override.Name)]
}

interface ManagedGroup {
  readonly Name: string
  readonly RuleActionOverrides: readonly { readonly Name: string; readonly ActionToUse: unknown }[]
}
