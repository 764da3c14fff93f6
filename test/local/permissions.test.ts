/** IAM, enforced: what a role may not do is refused, and so is an invocation that no permission allows. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Json } from '../../infra/local/json.ts'
import type { Resource, Template } from '../../infra/local/template/types.ts'
import { ask, type Fixture, packageUrl, type RunningFixture, startFixture } from './support/fixture.ts'

const dynamo = packageUrl('@aws-sdk/client-dynamodb')
const lambda = packageUrl('@aws-sdk/client-lambda')
const secrets = packageUrl('@aws-sdk/client-secrets-manager')

/** Answers with what a call gave, or with the name and message of its error. */
const calling = (imports: string, call: string) => `${imports}
export const handler = async (event) => {
  const input = event.queryStringParameters ?? {}
  const result = await (${call}).catch(({ name, message }) => ({ name, message }))
  const { $metadata, ...body } = result
  if (body.Payload) body.Payload = Buffer.from(body.Payload).toString()
  return { statusCode: 200, body: JSON.stringify(body) }
}`

const tableArn = { 'Fn::GetAtt': ['Items', 'Arn'] }
/** Of another account: no function of the stack. */
const theirs = 'arn:aws:lambda:eu-west-1:123456789012:function:reports'
const allow = (Action: Json, Resource: Json, Condition?: Json): Json => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition !== undefined && { Condition }),
})
const reading: Json = allow(['dynamodb:GetItem', 'dynamodb:Query'], tableArn)

const table: Resource = {
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    TableName: 'items',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'owner', AttributeType: 'S' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byOwner',
        KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
    BillingMode: 'PAY_PER_REQUEST',
  },
}

const dynamoCall = (command: string, input: string) =>
  calling(
    `import { DynamoDBClient, ${command} } from '${dynamo}'
const client = new DynamoDBClient({})`,
    `client.send(new ${command}(${input}))`,
  )

const fixture: Fixture = {
  functions: {
    get: {
      source: dynamoCall('GetItemCommand', `{ TableName: 'items', Key: { id: { S: input.id ?? 'a' } } }`),
      statements: [reading],
    },
    put: {
      source: dynamoCall('PutItemCommand', `{ TableName: 'items', Item: { id: { S: 'a' } } }`),
      statements: [reading],
    },
    query: {
      source: dynamoCall(
        'QueryCommand',
        `{ TableName: 'items', IndexName: 'byOwner', KeyConditionExpression: '#o = :o',
           ExpressionAttributeNames: { '#o': 'owner' }, ExpressionAttributeValues: { ':o': { S: 'x' } } }`,
      ),
      statements: [reading],
    },
    batch: {
      source: dynamoCall(
        'BatchGetItemCommand',
        `{ RequestItems: { items: { Keys: [{ id: { S: 'a' } }] } } }`,
      ),
      statements: [allow('dynamodb:BatchGetItem', tableArn)],
    },
    own: {
      source: dynamoCall('GetItemCommand', `{ TableName: 'items', Key: { id: { S: input.id } } }`),
      statements: [
        allow('dynamodb:GetItem', tableArn, {
          'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['mine'] },
          Null: { 'dynamodb:LeadingKeys': 'false' },
        }),
      ],
    },
    ownKind: {
      source: dynamoCall('PutItemCommand', `{ TableName: 'items', Item: { id: { S: input.id } } }`),
      statements: [
        allow('dynamodb:PutItem', tableArn, {
          'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['mine:*'] },
          Null: { 'dynamodb:LeadingKeys': 'false' },
        }),
      ],
    },
    ownIndex: {
      source: dynamoCall(
        'QueryCommand',
        `{ TableName: 'items', IndexName: 'byOwner', KeyConditionExpression: '#o = :o',
           ExpressionAttributeNames: { '#o': 'owner' }, ExpressionAttributeValues: { ':o': { S: input.owner } } }`,
      ),
      statements: [
        allow(
          'dynamodb:Query',
          { 'Fn::Join': ['', [tableArn, '/index/*']] },
          { StringEquals: { 'dynamodb:LeadingKeys': 'me' } },
        ),
      ],
    },
    update: {
      source: dynamoCall(
        'UpdateItemCommand',
        `{ TableName: 'items', Key: { id: { S: 'counted' } }, UpdateExpression: input.expression,
           ...(input.name && { ExpressionAttributeNames: { '#n': input.name } }),
           ...(input.returns && { ReturnValues: input.returns }),
           ExpressionAttributeValues: { ':one': { N: '1' } } }`,
      ),
      statements: [
        allow('dynamodb:UpdateItem', tableArn, {
          'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['id', 'count'] },
          StringEquals: { 'dynamodb:ReturnValues': ['NONE', 'UPDATED_NEW'] },
        }),
      ],
    },
    project: {
      source: dynamoCall(
        'ScanCommand',
        `{ TableName: 'items', ...(input.names && { ProjectionExpression: input.names }) }`,
      ),
      statements: [
        allow('dynamodb:Scan', tableArn, {
          'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['id'] },
          StringEquals: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
        }),
      ],
    },
    secret: {
      source: calling(
        `import { SecretsManagerClient, GetSecretValueCommand } from '${secrets}'
const client = new SecretsManagerClient({})`,
        `client.send(new GetSecretValueCommand({ SecretId: 'keys' })).then(({ SecretString }) => ({ SecretString }))`,
      ),
      statements: [allow('secretsmanager:GetSecretValue', { Ref: 'Keys' })],
    },
    invoke: {
      source: calling(
        `import { LambdaClient, InvokeCommand } from '${lambda}'
const client = new LambdaClient({})`,
        'client.send(new InvokeCommand({ FunctionName: input.name, Qualifier: input.qualifier, Payload: "{}" }))',
      ),
      statements: [
        allow('lambda:InvokeFunction', { Ref: 'Aliasget' }),
        allow('lambda:InvokeFunction', theirs),
      ],
    },
    elsewhere: {
      source: calling(
        `import { DynamoDBClient, GetItemCommand } from '${dynamo}'
const credentials = { accessKeyId: process.env.AWS_ACCESS_KEY_ID, secretAccessKey: 'wrong', sessionToken: process.env.AWS_SESSION_TOKEN }
const client = new DynamoDBClient({ credentials })`,
        `client.send(new GetItemCommand({ TableName: 'items', Key: { id: { S: 'a' } } }))`,
      ),
      statements: [reading],
    },
  },
  resources: {
    Items: table,
    Keys: {
      Type: 'AWS::SecretsManager::Secret',
      Properties: { Name: 'keys', SecretString: 'of the kingdom' },
    },
  },
}

const arnOfTable = 'arn:aws:dynamodb:us-east-1:000000000000:table/items'
const user = (role: string) =>
  expect.stringMatching(
    new RegExp(
      `^User: arn:aws:sts::000000000000:assumed-role/Fixture-Role${role}-\\w+/${role} is not authorized`,
    ),
  )

function refused(body: unknown, action: string, resource: string) {
  const { name, message } = body as { name: string; message: string }
  return {
    name,
    action: message.includes(
      `to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
    ),
  }
}
const isRefused = { name: 'AccessDeniedException', action: true }

let stack: RunningFixture
beforeAll(async () => {
  stack = await startFixture(fixture)
})
afterAll(() => stack.remove())

const bodyOf = async (path: string) => (await ask(stack.route(path))).body

describe('a role', () => {
  test('may do what its policy names', async () => {
    expect(await bodyOf('get')).toEqual({})
    expect(await bodyOf('batch')).toEqual({ Responses: { items: [] }, UnprocessedKeys: {} })
    expect(await bodyOf('secret')).toEqual({ SecretString: 'of the kingdom' })
  })

  test('may not do another thing with the same table', async () => {
    const body = await bodyOf('put')
    expect(body).toEqual({ name: 'AccessDeniedException', message: user('put') })
    expect(refused(body, 'dynamodb:PutItem', arnOfTable)).toEqual(isRefused)
    expect(
      stack.lines.filter((line) => line.startsWith('AccessDenied User: ') && line.includes('PutItem')),
    ).toHaveLength(1)
  })

  test('may not use an index of a table that is its own', async () => {
    expect(refused(await bodyOf('query'), 'dynamodb:Query', `${arnOfTable}/index/byOwner`)).toEqual(isRefused)
  })

  test('may touch the keys that its condition names, and no others', async () => {
    expect(await bodyOf('own?id=mine')).toEqual({})
    expect(refused(await bodyOf('own?id=yours'), 'dynamodb:GetItem', arnOfTable)).toEqual(isRefused)
  })

  test('may put items whose keys are like its condition’s, and no others', async () => {
    expect(await bodyOf('ownKind?id=mine:1')).toEqual({})
    for (const id of ['mine', 'yours:mine:1'])
      expect(refused(await bodyOf(`ownKind?id=${id}`), 'dynamodb:PutItem', arnOfTable)).toEqual(isRefused)
  })

  test.each([
    ['no others', { expression: 'ADD visits :one' }, false],
    ['the attributes that its condition names', { expression: 'ADD #n :one', name: 'count' }, true],
    ['no others under a placeholder', { expression: 'ADD #n :one', name: 'tier' }, false],
    ['no others beside them', { expression: 'SET #n = if_not_exists(tier, :one)', name: 'count' }, false],
    ['as few of them back', { expression: 'ADD #n :one', name: 'count', returns: 'UPDATED_NEW' }, true],
    ['no whole item back', { expression: 'ADD #n :one', name: 'count', returns: 'ALL_NEW' }, false],
  ])('may touch %s: %o', async (_name, input, isAllowed) => {
    const body = await bodyOf(`update?${new URLSearchParams(input as Record<string, string>)}`)
    if (isAllowed) expect(body).not.toHaveProperty('name')
    else expect(refused(body, 'dynamodb:UpdateItem', arnOfTable)).toEqual(isRefused)
  })

  test('may read the attributes that its condition names, and not all', async () => {
    expect(await bodyOf('project?names=id')).toMatchObject({ Items: expect.any(Array) })
    expect(refused(await bodyOf('project?names=id,tier'), 'dynamodb:Scan', arnOfTable)).toEqual(isRefused)
    expect(refused(await bodyOf('project'), 'dynamodb:Scan', arnOfTable)).toEqual(isRefused)
  })

  test('may ask an index for the keys that its condition names', async () => {
    expect(await bodyOf('ownIndex?owner=me')).toEqual({ Count: 0, Items: [], ScannedCount: 0 })
    const index = `${arnOfTable}/index/byOwner`
    expect(refused(await bodyOf('ownIndex?owner=you'), 'dynamodb:Query', index)).toEqual(isRefused)
  })

  test('may invoke exactly the alias that its policy names', async () => {
    const arn = 'arn:aws:lambda:us-east-1:000000000000:function:get'
    expect(await bodyOf(`invoke?name=${arn}:live`)).toEqual({
      StatusCode: 200,
      ExecutedVersion: '1',
      Payload: '{"statusCode":200,"body":"{}"}',
    })
    expect(await bodyOf('invoke?name=get:live')).toMatchObject({ StatusCode: 200 })
    expect(await bodyOf('invoke?name=get&qualifier=live')).toMatchObject({
      StatusCode: 200,
      ExecutedVersion: '1',
    })
    expect(refused(await bodyOf(`invoke?name=${arn}`), 'lambda:InvokeFunction', arn)).toEqual(isRefused)
    expect(
      refused(await bodyOf('invoke?name=put:live'), 'lambda:InvokeFunction', arn.replace(/get$/, 'put:live')),
    ).toEqual(isRefused)
  })

  test('may invoke a function of another account that its policy names, which the local stack plays', async () => {
    expect(await bodyOf(`invoke?name=${theirs}`)).toEqual({
      StatusCode: 200,
      ExecutedVersion: '$LATEST',
      Payload: JSON.stringify({
        statusCode: 200,
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ service: 'sample', function: theirs, event: {} }),
      }),
    })
  })

  test.each([
    ['arn:aws:lambda:us-east-1:123456789012:function:get:live', 'of the same name'],
    ['arn:aws:lambda:eu-west-1:123456789012:function:get:live', 'in another region'],
    [`${theirs}:live`, 'under another qualifier'],
    ['123456789012:function:reports', 'named without its region'],
  ])('may not invoke %s, a function of another account, %s', async (name) => {
    const arn = name.startsWith('arn:') ? name : `arn:aws:lambda:us-east-1:${name}`
    expect(refused(await bodyOf(`invoke?name=${name}`), 'lambda:InvokeFunction', arn)).toEqual(isRefused)
  })

  test('may do nothing under a signature that is wrong', async () => {
    expect(await bodyOf('elsewhere')).toEqual({
      name: 'InvalidSignatureException',
      message: 'The request signature we calculated does not match the signature you provided.',
    })
  })
})

describe('a permission that is taken away', () => {
  const without =
    (...names: string[]) =>
    (template: Template): Template => ({
      ...template,
      Resources: Object.fromEntries(
        Object.entries(template.Resources).filter(([name]) => !names.includes(name)),
      ),
    })

  test('for API Gateway makes that very route answer 500', async () => {
    const changed = await startFixture(fixture, { transformTemplate: without('Permissionget') })
    try {
      expect(await ask(changed.route('get'))).toEqual({
        status: 500,
        body: { message: 'Internal server error' },
      })
      expect(changed.lines.at(-1)).toMatch(
        /^API Gateway may not invoke arn:aws:lambda:us-east-1:000000000000:function:get:live for arn:aws:execute-api:us-east-1:000000000000:\w{10}\/prod\/\*\/get: no Lambda permission allows it$/,
      )
      expect((await ask(changed.route('batch'))).status).toBe(200)
    } finally {
      await changed.remove()
    }
  })

  test('from a role makes that very call fail', async () => {
    const bare = (template: Template): Template => {
      const role = template.Resources.Roleget
      if (!role?.Properties) throw new Error('the fixture has no such role')
      const { Policies: _, ...properties } = role.Properties
      return {
        ...template,
        Resources: { ...template.Resources, Roleget: { ...role, Properties: properties } },
      }
    }
    const changed = await startFixture(fixture, { transformTemplate: bare })
    try {
      expect(refused((await ask(changed.route('get'))).body, 'dynamodb:GetItem', arnOfTable)).toEqual(
        isRefused,
      )
    } finally {
      await changed.remove()
    }
  })
})
