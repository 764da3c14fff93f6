/** CloudFront before the API, with a Lambda@Edge function. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../infra/local/json.ts'
import type { Resource } from '../../infra/local/template/types.ts'
import { answering, ask, type Fixture, type RunningFixture, startFixture } from './support/fixture.ts'

const domain = { 'Fn::Join': ['', [{ Ref: 'Api' }, '.execute-api.us-east-1.amazonaws.com']] }

function edge(behavior: JsonObject = {}): Record<string, Resource> {
  return {
    EdgeRole: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Action: 'sts:AssumeRole',
              Principal: { Service: ['lambda.amazonaws.com', 'edgelambda.amazonaws.com'] },
            },
          ],
        },
      },
    },
    EdgeFunction: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'edge',
        Code: { S3Key: 'restore.zip' },
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        Role: { 'Fn::GetAtt': ['EdgeRole', 'Arn'] },
      },
    },
    EdgeVersion: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'EdgeFunction' } } },
    Distribution: {
      Type: 'AWS::CloudFront::Distribution',
      Properties: {
        DistributionConfig: {
          Enabled: true,
          Origins: [{ Id: 'api', DomainName: domain, OriginPath: '/prod', CustomOriginConfig: {} }],
          DefaultCacheBehavior: {
            TargetOriginId: 'api',
            ViewerProtocolPolicy: 'https-only',
            AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
            CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
            OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
            LambdaFunctionAssociations: [
              { EventType: 'origin-response', LambdaFunctionARN: { Ref: 'EdgeVersion' } },
            ],
            ...behavior,
          },
          CacheBehaviors: [
            {
              PathPattern: '/echo/only-get',
              TargetOriginId: 'api',
              ViewerProtocolPolicy: 'https-only',
              CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
            },
          ],
        },
      },
    },
  }
}

const fixture = (resources: Record<string, Resource>): Fixture => ({
  functions: {
    echo: { source: answering('event') },
    challenge: {
      source: `export const handler = async () => ({ statusCode: 401, headers: { 'WWW-Authenticate': 'Basic' }, body: 'no' })`,
    },
    restore: {
      source: `const renamed = 'x-amzn-remapped-www-authenticate'
export const handler = async ({ Records: [{ cf: { request, response } }] }) => {
  if (request.querystring === 'fail') throw new Error('edge')
  if (request.querystring === 'invalid') response.headers.connection = [{ key: 'Connection', value: 'close' }]
  const { [renamed]: challenge, ...headers } = response.headers
  if (challenge) headers['www-authenticate'] = [{ key: 'WWW-Authenticate', value: challenge[0].value }]
  return { ...response, headers }
}`,
    },
  },
  resources,
})

let stack: RunningFixture
beforeAll(async () => {
  stack = await startFixture(fixture(edge()), { edge: true })
})
afterAll(() => stack.remove())

describe('through the edge', () => {
  test('the stage is hidden and the API sees its own name and CloudFront’s address', async () => {
    const { status, body } = await ask(`${stack.url}/echo?a=1`, { headers: { 'X-Own': 'kept' } })
    const event = body as { requestContext: { domainName: string; identity: { sourceIp: string } } }
    expect(status).toBe(200)
    expect(event).toMatchObject({
      path: '/echo',
      queryStringParameters: { a: '1' },
      headers: {
        Host: event.requestContext.domainName,
        'X-Own': 'kept',
        'X-Forwarded-For': '127.0.0.1, 130.176.0.1',
        Via: '1.1 local.cloudfront.net (CloudFront)',
        'X-Amz-Cf-Id': expect.any(String),
      },
      requestContext: { path: '/prod/echo', stage: 'prod', identity: { sourceIp: '130.176.0.1' } },
    })
    expect(event.requestContext.domainName).toMatch(/^\w{10}\.execute-api\.us-east-1\.amazonaws\.com$/)
  })

  test('the edge function gives WWW-Authenticate its name back', async () => {
    const response = await fetch(`${stack.url}/challenge`)
    expect({
      status: response.status,
      body: await response.text(),
      challenge: response.headers.get('www-authenticate'),
      renamed: response.headers.get('x-amzn-remapped-www-authenticate'),
      cache: response.headers.get('x-cache'),
    }).toEqual({ status: 401, body: 'no', challenge: 'Basic', renamed: null, cache: 'Error from cloudfront' })
  })

  test('an edge function that breaks a rule gives 502, one that fails 503', async () => {
    expect((await fetch(`${stack.url}/echo?invalid`)).status).toBe(502)
    expect(stack.lines.at(-1)).toBe('edge function: invalid result: header Connection is not allowed')
    expect((await fetch(`${stack.url}/echo?fail`)).status).toBe(503)
    expect(stack.lines.at(-1)).toBe('edge function: edge')
  })

  test('a method that the behaviour does not allow is refused', async () => {
    const response = await fetch(`${stack.url}/echo/only-get`, { method: 'POST' })
    expect(response.status).toBe(403)
    expect(await response.text()).toContain('not configured to allow the HTTP request method')
  })

  test('a viewer’s Host that is passed on is refused by the API', async () => {
    const all = { OriginRequestPolicyId: '216adef6-5c7f-47e4-b989-5492eafa07d3' }
    const changed = await startFixture(fixture(edge(all)), { edge: true })
    try {
      expect(await ask(`${changed.url}/echo`)).toEqual({ status: 403, body: { message: 'Forbidden' } })
    } finally {
      await changed.remove()
    }
  })
})

describe('an edge function that CloudFront would not take stops the start', () => {
  const changed = (properties: JsonObject): Record<string, Resource> => {
    const resources = edge()
    const original = resources.EdgeFunction
    if (!original) throw new Error('the fixture has no edge function')
    return {
      ...resources,
      EdgeFunction: { ...original, Properties: { ...original.Properties, ...properties } },
    }
  }
  const association =
    'Distribution.DistributionConfig.DefaultCacheBehavior.LambdaFunctionAssociations[0].LambdaFunctionARN'
  const cases: readonly [string, Record<string, Resource>, string][] = [
    [
      'for its environment',
      changed({ Environment: { Variables: { A: 'b' } } }),
      `${association} has environment variables, which Lambda@Edge does not take`,
    ],
    [
      'for its architecture',
      changed({ Architectures: ['arm64'] }),
      `${association} runs on arm64, which Lambda@Edge does not take`,
    ],
    [
      'for its alias',
      edge({
        LambdaFunctionAssociations: [
          { EventType: 'origin-response', LambdaFunctionARN: { Ref: 'Aliasecho' } },
        ],
      }),
      `${association} is arn:aws:lambda:us-east-1:000000000000:function:echo:live: CloudFront takes a numbered version only`,
    ],
    [
      'for its role',
      edge({
        LambdaFunctionAssociations: [
          { EventType: 'origin-response', LambdaFunctionARN: { Ref: 'Versionecho' } },
        ],
      }),
      'does not let edgelambda.amazonaws.com assume it',
    ],
  ]
  test.each(cases)('%s', async (_name, resources, message) => {
    await expect(startFixture(fixture(resources), { edge: true })).rejects.toThrow(message)
  })
})
