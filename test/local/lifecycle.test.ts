/** Starting, restarting, and what stops a start. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../infra/local/json.ts'
import type { Resource } from '../../infra/local/template/types.ts'
import {
  answering,
  ask,
  type Fixture,
  packageUrl,
  type RunningFixture,
  startFixture,
} from './support/fixture.ts'

let folder: string
let stack: RunningFixture | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lifecycle-'))
})
afterEach(async () => {
  await stack?.close()
  stack = undefined
  rmSync(folder, { recursive: true })
})

async function restart(
  fixture: Fixture,
  options: { readonly fresh?: boolean } = {},
): Promise<RunningFixture> {
  await stack?.close()
  stack = await startFixture(fixture, { folder, ...options })
  return stack
}

const hello = { hello: { source: answering('"hello"') } }
const table = (...attributes: string[]): Resource => ({
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    TableName: 'items',
    KeySchema: attributes.map((AttributeName, index) => ({
      AttributeName,
      KeyType: index === 0 ? 'HASH' : 'RANGE',
    })),
    AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    BillingMode: 'PAY_PER_REQUEST',
    TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
  },
})

describe('data', () => {
  const counting: Fixture = {
    functions: {
      count: {
        source: `import { DynamoDBClient, UpdateItemCommand } from '${packageUrl('@aws-sdk/client-dynamodb')}'
const client = new DynamoDBClient({})
export const handler = async () => {
  const { Attributes } = await client.send(new UpdateItemCommand({
    TableName: 'items', Key: { id: { S: 'counter' } }, UpdateExpression: 'ADD n :one',
    ExpressionAttributeValues: { ':one': { N: '1' } }, ReturnValues: 'ALL_NEW' }))
  return { statusCode: 200, body: Attributes.n.N }
}`,
        statements: [
          { Effect: 'Allow', Action: 'dynamodb:UpdateItem', Resource: { 'Fn::GetAtt': ['Items', 'Arn'] } },
        ],
      },
    },
    resources: { Items: table('id') },
  }

  test('survives a restart, and FRESH deletes it', async () => {
    const count = async (running: RunningFixture) => (await ask(running.route('count'))).body
    expect(await count(await restart(counting))).toBe('1')
    expect(await count(await restart(counting))).toBe('2')
    expect(await count(await restart(counting, { fresh: true }))).toBe('1')
  })

  test('under other keys than the template’s stops the start', async () => {
    await restart(counting)
    const other = { ...counting, resources: { Items: table('id', 'at') } }
    await expect(restart(other)).rejects.toThrow(
      'table items: the data that rests here has other keys or indexes than the template. FRESH=1 starts empty.',
    )
    await restart(other, { fresh: true })
    expect(await ask(stack?.route('nope') ?? '')).toEqual({
      status: 403,
      body: { message: 'Missing Authentication Token' },
    })
  })

  test('is held by one stack at a time, and a lock that was left behind is taken over', async () => {
    await restart({ functions: hello })
    await expect(startFixture({ functions: hello }, { folder })).rejects.toThrow(
      `${join(folder, 'data')} is in use by another local stack (process ${process.pid})`,
    )
    await stack?.close()
    // The first process of the machine runs, but was not started when this lock says.
    writeFileSync(join(folder, 'data', 'lock'), '1 0\n')
    await restart({ functions: hello })
    expect(await ask(stack?.route('hello') ?? '')).toEqual({ status: 200, body: '"hello"' })
  })
})

describe('a custom resource', () => {
  const source = `const calls = []
export const handler = async (event) => {
  if (event.httpMethod) return { statusCode: 200, body: JSON.stringify({ calls }) }
  const { ResponseURL, ...told } = event
  calls.push(told)
  if (event.ResourceProperties.fault === 'silent') return
  const { StackId, RequestId, LogicalResourceId } = event
  const Status = event.ResourceProperties.fault ? 'FAILED' : 'SUCCESS'
  const answer = { Status, Reason: event.ResourceProperties.fault, StackId, RequestId, LogicalResourceId,
    PhysicalResourceId: 'keys-' + event.ResourceProperties.bits, Data: { Kid: 'k1' } }
  await fetch(ResponseURL, { method: 'PUT', body: JSON.stringify(answer) })
}`
  const fixture = (properties: JsonObject): Fixture => ({
    functions: { maker: { source } },
    resources: {
      Keys: {
        Type: 'Custom::Keys',
        Properties: { ServiceToken: { 'Fn::GetAtt': ['Functionmaker', 'Arn'] }, ...properties },
      },
      Named: {
        Type: 'AWS::SecretsManager::Secret',
        Properties: { Name: { 'Fn::Join': ['-', [{ Ref: 'Keys' }, { 'Fn::GetAtt': ['Keys', 'Kid'] }]] } },
      },
    },
  })
  const calls = async () => (await ask(stack?.route('maker') ?? '')).body
  const token = 'arn:aws:lambda:us-east-1:000000000000:function:maker'
  const told = {
    RequestId: expect.any(String),
    StackId: expect.stringMatching(
      /^arn:aws:cloudformation:us-east-1:000000000000:stack\/Fixture\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    ),
    ResourceType: 'Custom::Keys',
    LogicalResourceId: 'Keys',
    ServiceToken: token,
  }

  test('is created once, updated when its properties change, and deleted where an update replaced it', async () => {
    await restart(fixture({ bits: 256, flag: true }))
    const first = { ServiceToken: token, bits: '256', flag: 'true' }
    expect(await calls()).toEqual({ calls: [{ ...told, RequestType: 'Create', ResourceProperties: first }] })
    await restart(fixture({ bits: 256, flag: true }))
    expect(await calls()).toEqual({ calls: [] })
    await restart(fixture({ bits: 512 }))
    const second = { ServiceToken: token, bits: '512' }
    const update = { RequestType: 'Update', ResourceProperties: second, OldResourceProperties: first }
    const removal = { RequestType: 'Delete', ResourceProperties: first }
    const replaced = { PhysicalResourceId: 'keys-256' }
    expect(await calls()).toEqual({
      calls: [
        { ...told, ...update, ...replaced },
        { ...told, ...removal, ...replaced },
      ],
    })
  })

  test.each([
    ['FAILED', 'no entropy', 'Keys: the custom resource failed: no entropy'],
    ['nothing', 'silent', 'Keys: the custom resource failed: the function did not answer Create'],
  ])('that answers %s stops the start', async (_answer, fault, message) => {
    await expect(restart(fixture({ fault }))).rejects.toThrow(message)
  })
})

describe('what is not known stops the start', () => {
  const cases: readonly [string, Resource, string][] = [
    [
      'a resource type',
      { Type: 'AWS::SQS::Queue' },
      'the local stack cannot run these resources: Extra (AWS::SQS::Queue)',
    ],
    [
      'a property',
      { Type: 'AWS::SecretsManager::Secret', Properties: { Rotation: true } },
      'Extra.Rotation is not known to the local stack',
    ],
    [
      'a managed policy',
      {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [] },
          ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
        },
      },
      'Extra.AssumeRolePolicyDocument: the policy has no statement',
    ],
    [
      'a role that Lambda may not assume',
      {
        Type: 'AWS::Lambda::Function',
        Properties: {
          Code: { S3Key: 'hello.zip' },
          Handler: 'index.handler',
          Runtime: 'nodejs24.x',
          Role: 'arn:aws:iam::000000000000:role/none',
        },
      },
      'Extra: there is no role arn:aws:iam::000000000000:role/none',
    ],
    [
      'another kind of authorization',
      {
        Type: 'AWS::ApiGateway::Method',
        Properties: { RestApiId: { Ref: 'Api' }, AuthorizationType: 'AWS_IAM', HttpMethod: 'GET' },
      },
      'Extra.AuthorizationType is AWS_IAM: only NONE and CUSTOM are supported',
    ],
    [
      'an authorizer whose answers are cached',
      {
        Type: 'AWS::ApiGateway::Authorizer',
        Properties: { Type: 'REQUEST', AuthorizerResultTtlInSeconds: 300 },
      },
      'Extra.AuthorizerResultTtlInSeconds is 300: only 0 is supported, since a cached answer would freeze the rate headers',
    ],
    [
      'an authorizer that caches by default',
      { Type: 'AWS::ApiGateway::Authorizer', Properties: { Type: 'REQUEST' } },
      'Extra.AuthorizerResultTtlInSeconds is 300',
    ],
    [
      'an authorizer of another type',
      { Type: 'AWS::ApiGateway::Authorizer', Properties: { Type: 'TOKEN' } },
      'Extra.Type is TOKEN: only REQUEST is supported',
    ],
    [
      'an authorizer with a role of its own',
      {
        Type: 'AWS::ApiGateway::Authorizer',
        Properties: { Type: 'REQUEST', AuthorizerResultTtlInSeconds: 0, AuthorizerCredentials: 'arn' },
      },
      'Extra.AuthorizerCredentials is not supported by the local stack',
    ],
    [
      'a quota',
      { Type: 'AWS::ApiGateway::UsagePlan', Properties: { Quota: { Limit: 1, Period: 'DAY' } } },
      'Extra.Quota is not supported by the local stack',
    ],
    [
      'a limit for one method of a plan',
      {
        Type: 'AWS::ApiGateway::UsagePlan',
        Properties: {
          ApiStages: [
            { ApiId: { Ref: 'Api' }, Stage: { Ref: 'Stage' }, Throttle: { '/a/GET': { RateLimit: 1 } } },
          ],
        },
      },
      'Extra.ApiStages[0].Throttle is not supported by the local stack',
    ],
    [
      'a key for a stage',
      { Type: 'AWS::ApiGateway::ApiKey', Properties: { StageKeys: [] } },
      'Extra.StageKeys is not supported by the local stack: usage plans took their place',
    ],
    [
      'a key whose value is too short',
      { Type: 'AWS::ApiGateway::ApiKey', Properties: { Value: 'short' } },
      'Extra.Value is refused: API Key value should be alphanumeric, with hyphens, and between 20 and 128 characters long',
    ],
    [
      'a failed run that is repeated',
      {
        Type: 'AWS::Lambda::EventInvokeConfig',
        DependsOn: 'Aliashello',
        Properties: { FunctionName: 'hello', Qualifier: 'live' },
      },
      'Extra.MaximumRetryAttempts is 2: the local stack repeats no failed run',
    ],
    [
      'what follows a run',
      {
        Type: 'AWS::Lambda::EventInvokeConfig',
        DependsOn: 'Aliashello',
        Properties: {
          FunctionName: 'hello',
          Qualifier: 'live',
          MaximumRetryAttempts: 0,
          DestinationConfig: { OnFailure: { Destination: 'arn' } },
        },
      },
      'Extra.DestinationConfig is not supported by the local stack: nothing follows a run here',
    ],
    [
      'how an alias is invoked that is not there',
      {
        Type: 'AWS::Lambda::EventInvokeConfig',
        DependsOn: 'Aliashello',
        Properties: { FunctionName: 'hello', Qualifier: 'other', MaximumRetryAttempts: 0 },
      },
      'Function not found: arn:aws:lambda:us-east-1:000000000000:function:hello:other',
    ],
    [
      'a schedule without permission',
      {
        Type: 'AWS::Events::Rule',
        Properties: {
          Name: 'daily',
          ScheduleExpression: 'rate(1 day)',
          Targets: [{ Id: 't', Arn: { Ref: 'Aliashello' } }],
        },
      },
      'arn:aws:events:us-east-1:000000000000:rule/daily may not invoke arn:aws:lambda:us-east-1:000000000000:function:hello:live: no Lambda permission allows it',
    ],
  ]
  test.each(cases)('%s', async (_name, Extra, message) => {
    await expect(restart({ functions: hello, resources: { Extra } })).rejects.toThrow(message)
  })

  test('a port in use, before anything else is done', async () => {
    const running = await restart({ functions: hello })
    const port = Number(new URL(running.url).port)
    await expect(startFixture({ functions: hello }, { folder, port })).rejects.toThrow(
      `PORT ${port} is in use or not allowed: set PORT to another one`,
    )
  })
})
