/** Lambda authorizers: what they are told, what API Gateway makes of what they say. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  answering,
  ask,
  authorizerResources,
  behind,
  type Fixture,
  type RunningFixture,
  startFixture,
} from './support/fixture.ts'

/** Returns, or throws, what the `x-result` header says. */
const scripted = `export const handler = async (event) => {
  const { result, raise, sleep, pad } = JSON.parse(event.headers['x-result'] ?? '{}')
  if (sleep) await new Promise((resolve) => setTimeout(resolve, sleep))
  if (raise) throw new Error(raise)
  const filled = JSON.stringify(result ?? null).replaceAll('METHOD_ARN', event.methodArn)
  return pad ? { ...JSON.parse(filled), context: { pad: 'x'.repeat(pad) } } : JSON.parse(filled)
}`

const fixture: Fixture = {
  functions: {
    scripted: { source: scripted, properties: { Timeout: 1 } },
    told: {
      source: `export const handler = async (event) => ({ principalId: 'someone', context: { event: JSON.stringify(event) },
        policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: '*' }] } })`,
    },
    headed: { source: 'export const handler = async () => { throw new Error("I was asked") }' },
    forbidden: { source: scripted },
    guarded: { source: answering('event.requestContext.authorizer'), method: behind('scripted') },
    echo: { source: answering('event.requestContext.authorizer'), method: behind('told') },
    needsHeaders: { source: answering('1'), method: behind('headed') },
    unpermitted: { source: answering('1'), method: behind('forbidden') },
  },
  resources: {
    ...authorizerResources('scripted'),
    ...authorizerResources('told'),
    ...authorizerResources('headed', {
      IdentitySource: 'method.request.header.Authorization, method.request.header.X-Also',
    }),
    Authorizerforbidden: authorizerResources('forbidden').Authorizerforbidden as never,
  },
  gatewayResponses: {
    ACCESS_DENIED: {
      StatusCode: '401',
      ResponseParameters: {
        'gatewayresponse.header.WWW-Authenticate': 'context.authorizer.challenge',
        'gatewayresponse.header.X-RateLimit-Remaining': 'context.authorizer.remaining_1',
        'gatewayresponse.header.X-Principal': 'context.authorizer.principalId',
        'gatewayresponse.header.X-Absent': 'context.authorizer.absent',
      },
      ResponseTemplates: {
        'application/json': '{"kind":"$context.authorizer.kind","absent":"$context.authorizer.absent"}',
      },
    },
  },
}

let stack: RunningFixture
beforeAll(async () => {
  stack = await startFixture(fixture, {
    transformTemplate: (template) => {
      const { Stage } = template.Resources
      const Format = '$context.path $context.authorizer.integrationLatency [$context.authorizer.error]'
      const Properties = { ...Stage?.Properties, AccessLogSetting: { Format } }
      const Resources = { ...template.Resources, Stage: { Type: 'AWS::ApiGateway::Stage', Properties } }
      return { ...template, Resources }
    },
  })
})
afterAll(() => stack.remove())

const statement = (Effect: string, Resource: unknown, Action: unknown = 'execute-api:Invoke') => ({
  Action,
  Effect,
  Resource,
})
const says = (statements: unknown, more: object = {}) => ({
  principalId: 'someone',
  policyDocument: { Version: '2012-10-17', Statement: statements },
  ...more,
})
const allow = (context?: unknown) =>
  says([statement('Allow', 'METHOD_ARN')], context === undefined ? {} : { context })

async function request(script: object, path = 'guarded') {
  const headers = { 'x-result': JSON.stringify(script) }
  const response = await fetch(stack.route(path), { headers })
  const errorType = response.headers.get('x-amzn-errortype')
  return { status: response.status, errorType, body: await response.json() }
}

describe('an authorizer that lets a request in', () => {
  test('gives its context to the function, all of it as texts', async () => {
    const context = { text: 'a', number: 1.5, yes: true, empty: '' }
    const { status, body } = await request({ result: allow(context) })
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        principalId: 'someone',
        text: 'a',
        number: '1.5',
        yes: 'true',
        empty: '',
        integrationLatency: expect.any(Number),
      },
    })
  })

  test('is told the documented event', async () => {
    const url = `${stack.route('echo')}/?a=1&a=2`
    const { body } = await ask(url, { method: 'PUT', headers: { 'X-Own': 'v' }, body: 'hidden' })
    const event = JSON.parse((body as { event: string }).event)
    const { headers, multiValueHeaders, requestContext, ...rest } = event
    expect(rest).toEqual({
      type: 'REQUEST',
      methodArn: expect.stringMatching(
        /^arn:aws:execute-api:us-east-1:000000000000:[0-9a-z]{10}\/prod\/PUT\/echo\/$/,
      ),
      resource: '/echo',
      path: '/echo/',
      httpMethod: 'PUT',
      queryStringParameters: { a: '2' },
      multiValueQueryStringParameters: { a: ['1', '2'] },
      pathParameters: {},
      stageVariables: {},
    })
    expect([headers['X-Own'], multiValueHeaders['X-Own']]).toEqual(['v', ['v']])
    expect(requestContext).toMatchObject({
      path: '/prod/echo/',
      stage: 'prod',
      resourcePath: '/echo',
      identity: { sourceIp: '127.0.0.1' },
    })
    expect(requestContext).not.toHaveProperty('authorizer')
  })

  test('is told empty maps where a function is told null', async () => {
    const { body } = await ask(stack.route('echo'))
    expect(JSON.parse((body as { event: string }).event)).toMatchObject({
      queryStringParameters: {},
      multiValueQueryStringParameters: {},
      pathParameters: {},
      stageVariables: {},
    })
  })
})

describe('a policy', () => {
  const anyOf = 'arn:aws:execute-api:us-east-1:*:*/prod/*/guarded'
  const cases: readonly [string, unknown, number][] = [
    ['that allows the method', statement('Allow', 'METHOD_ARN'), 200],
    ['that allows by wildcards', [statement('Allow', [anyOf], ['execute-api:*'])], 200],
    ['that allows everything', [statement('Allow', '*', '*')], 200],
    ['whose Deny stands beside an Allow', [statement('Allow', '*'), statement('Deny', anyOf)], 401],
    ['that allows another path', [statement('Allow', anyOf.replace('guarded', 'other'))], 401],
    ['that allows another method', [statement('Allow', anyOf.replace('prod/*', 'prod/POST'))], 401],
    ['that allows another action', [statement('Allow', '*', 'execute-api:ManageConnections')], 401],
  ]
  test.each(cases)('%s', async (_name, statements, status) => {
    expect((await request({ result: says(statements) })).status).toBe(status)
  })
})

test('a Deny has its context in headers and body, and what is absent is left out', async () => {
  const context = { challenge: 'Bearer error="invalid_token"', remaining_1: 59, kind: 'expired' }
  const script = { result: says([statement('Deny', '*')], { context }) }
  const response = await fetch(stack.route('guarded'), { headers: { 'x-result': JSON.stringify(script) } })
  expect({
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    remaining: response.headers.get('x-ratelimit-remaining'),
    principal: response.headers.get('x-principal'),
    absent: response.headers.get('x-absent'),
    body: await response.json(),
  }).toEqual({
    status: 401,
    challenge: 'Bearer error="invalid_token"',
    remaining: '59',
    principal: 'someone',
    absent: null,
    body: { kind: 'expired', absent: '' },
  })
})

describe('a malformed result is an error of the configuration', () => {
  const cases: readonly [string, unknown, string][] = [
    ['nothing', null, 'the result is no object'],
    ['no principal', { ...allow(), principalId: undefined }, 'principalId is no text'],
    ['a principal that is a number', { ...allow(), principalId: 7 }, 'principalId is no text'],
    ['no policy', { principalId: 'a' }, 'policyDocument: the policy document is no object'],
    [
      'an old policy',
      { principalId: 'a', policyDocument: { Version: '2008-10-17', Statement: [] } },
      'policyDocument: Version must be 2012-10-17',
    ],
    ['no statement', says([]), 'policyDocument: the policy has no statement'],
    [
      'an unknown effect',
      says([statement('Maybe', '*')]),
      'policyDocument, statement 1: Effect must be Allow or Deny',
    ],
    [
      'a resource that is no ARN',
      says([statement('Allow', 'everything')]),
      'policyDocument, statement 1: "everything" is no Resource',
    ],
    [
      'an object in the context',
      allow({ a: { b: 1 } }),
      'context.a is neither text nor number nor truth value',
    ],
    ['a list in the context', allow({ a: ['b'] }), 'context.a is neither text nor number nor truth value'],
    ['null in the context', allow({ a: null }), 'context.a is neither text nor number nor truth value'],
    ['a name of API Gateway’s own', allow({ error: 'x' }), 'context.error is a name of API Gateway’s own'],
    ['a key that is no text', { ...allow(), usageIdentifierKey: 1 }, 'usageIdentifierKey is no text'],
    ['a misspelt member', { ...allow(), usageKey: 'a' }, 'usageKey does not belong into the result'],
  ]
  test.each(cases)('%s', async (_name, result, told) => {
    expect(await request({ result })).toEqual({
      status: 500,
      errorType: 'AuthorizerConfigurationException',
      body: { message: null },
    })
    expect(stack.lines.at(-1)).toBe(`authorizer scripted for GET /guarded: ${told}`)
  })

  test('more than 8 KB', async () => {
    expect((await request({ result: allow(), pad: 8_300 })).errorType).toBe(
      'AuthorizerConfigurationException',
    )
    expect((await request({ result: allow(), pad: 7_000 })).status).toBe(200)
  })
})

describe('an authorizer that fails', () => {
  test('by throwing "Unauthorized" makes a 401', async () => {
    expect(await request({ raise: 'Unauthorized' })).toEqual({
      status: 401,
      errorType: 'UnauthorizedException',
      body: { message: 'Unauthorized' },
    })
  })

  test.each([
    ['throwing anything else', { raise: 'Unauthorized!' }, 'Unauthorized!'],
    ['exceeding its timeout', { sleep: 3_000 }, 'Task timed out after 1.00 seconds'],
  ])('by %s makes a 500, and its error is logged', async (_name, script, told) => {
    expect(await request(script)).toEqual({
      status: 500,
      errorType: 'AuthorizerFailureException',
      body: { message: null },
    })
    expect(stack.lines.findLast((line) => line.startsWith('authorizer scripted'))).toContain(told)
    const log = () => readFileSync(join(stack.folder, 'data', 'logs', 'access.log'), 'utf8')
    // The line is written after the answer is sent.
    await expect.poll(() => log().trimEnd().split('\n').at(-1)).toContain(told)
    expect(log().trimEnd().split('\n').at(-1)).toMatch(/^\/prod\/guarded \d+ \[.*\]$/)
  })

  test('for want of a permission makes a 500', async () => {
    expect(await request({ result: allow() }, 'unpermitted')).toEqual({
      status: 500,
      errorType: 'AuthorizerConfigurationException',
      body: { message: null },
    })
    expect(stack.lines.at(-1)).toMatch(
      /^authorizer forbidden for GET \/unpermitted: API Gateway may not invoke \S+:function:forbidden:live for arn:aws:execute-api:us-east-1:000000000000:\w{10}\/authorizers\/\w{6}: no Lambda permission allows it$/,
    )
  })
})

test('without its identity headers an authorizer is not asked', async () => {
  const unauthorized = { status: 401, body: { message: 'Unauthorized' } }
  expect(await ask(stack.route('needsHeaders'))).toEqual(unauthorized)
  expect(await ask(stack.route('needsHeaders'), { headers: { authorization: 'a' } })).toEqual(unauthorized)
  const both = { authorization: 'a', 'x-also': 'b' }
  expect((await ask(stack.route('needsHeaders'), { headers: both })).status).toBe(500)
  expect(stack.lines.at(-1)).toContain('I was asked')
})
