/** Functions as API Gateway sees them: their faults, their limits, their workers. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answering, ask, type RunningFixture, startFixture } from './support/fixture.ts'

let stack: RunningFixture

beforeAll(async () => {
  process.env.OF_THE_PARENT = 'must not be seen'
  stack = await startFixture({
    functions: {
      throws: { source: 'export const handler = async () => { throw new TypeError("boom") }' },
      exits: {
        source: `let calls = 0
export const handler = async (event) => {
  if (event.queryStringParameters) process.exit(3)
  return { statusCode: 200, body: String(++calls) }
}`,
      },
      sleeps: {
        source: `export const handler = async (event) => {
  if (event.queryStringParameters) await new Promise((resolve) => setTimeout(resolve, 60_000))
  return { statusCode: 200, body: 'awake' }
}`,
        properties: { Timeout: 1 },
      },
      slow: {
        source:
          'export const handler = () => new Promise((resolve) => setTimeout(resolve, 2_000, {statusCode: 200}))',
        timeoutMilliseconds: 100,
      },
      broken: { source: 'throw new RangeError("no module")' },
      absent: { source: 'export const other = 1' },
      callback: {
        source: 'export const handler = (event, context, callback) => callback(null, {statusCode: 200})',
      },
      large: {
        source: `export const handler = async () => ({ statusCode: 200, body: 'x'.repeat(7_000_000) })`,
      },
      thread: {
        source: `import { threadId } from 'node:worker_threads'
let running = 0
export const handler = async () => {
  running += 1
  await new Promise((resolve) => setTimeout(resolve, 300))
  const body = JSON.stringify({ threadId, running })
  running -= 1
  return { statusCode: 200, body }
}`,
      },
      reserved: {
        source:
          'export const handler = () => new Promise((resolve) => setTimeout(resolve, 500, {statusCode: 200}))',
        properties: { ReservedConcurrentExecutions: 1 },
      },
      environment: {
        source: answering('process.env'),
        properties: { Environment: { Variables: { TABLE: 'clients' } }, MemorySize: 256 },
      },
      context: { source: answering('({ ...context, left: context.getRemainingTimeInMillis() })') },
      logs: {
        source: `export const handler = async () => {
  console.log('a line')
  console.error(JSON.stringify({ level: 'ERROR', message: 'it broke' }))
  return { statusCode: 204 }
}`,
      },
    },
  })
})
afterAll(async () => {
  delete process.env.OF_THE_PARENT
  await stack.remove()
})

const serverError = { status: 502, body: { message: 'Internal server error' } }

describe('a function that gives no proxy response is answered with 502', () => {
  test('when it throws', async () => {
    expect(await ask(stack.route('throws'))).toEqual(serverError)
    expect(stack.lines).toContain('GET /throws: boom')
    expect(stack.logs('throws').find((line) => line.startsWith('{'))).toMatch(
      /^\{"errorType":"TypeError","errorMessage":"boom","trace":\["TypeError: boom"/,
    )
  })

  test('when it exceeds its timeout, and a new worker takes the next request', async () => {
    expect(await ask(`${stack.route('sleeps')}?long=1`)).toEqual(serverError)
    expect(stack.lines.find((line) => line.startsWith('GET /sleeps'))).toMatch(
      /^GET \/sleeps: RequestId: \S+ Error: Task timed out after 1\.00 seconds$/,
    )
    expect(await ask(stack.route('sleeps'))).toEqual({ status: 200, body: 'awake' })
  })

  test('when it exits, and a new worker takes the next request', async () => {
    expect(await ask(stack.route('exits'))).toEqual({ status: 200, body: '1' })
    expect(await ask(`${stack.route('exits')}?now=1`)).toEqual(serverError)
    expect(stack.lines).toContain('GET /exits: Error: Runtime exited with error: exit status 3')
    expect(await ask(stack.route('exits'))).toEqual({ status: 200, body: '1' })
  })

  test.each([
    ['broken', 'no module'],
    ['absent', 'index.handler is undefined or not exported'],
    ['callback', 'index.handler expects a callback, which nodejs24.x does not have'],
  ])('when its module is %s', async (name, message) => {
    expect(await ask(stack.route(name))).toEqual(serverError)
    expect(stack.lines).toContain(`GET /${name}: ${message}`)
  })

  test('when its response exceeds 6 MB', async () => {
    expect(await ask(stack.route('large'))).toEqual(serverError)
    expect(stack.lines).toContain(
      'GET /large: Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    )
  })
})

test('a function slower than its integration allows is answered with 504', async () => {
  expect(await ask(stack.route('slow'))).toEqual({
    status: 504,
    body: { message: 'Endpoint request timed out' },
  })
})

test('requests at once run in several workers, each with one at a time', async () => {
  const answers = await Promise.all(Array.from({ length: 6 }, () => ask(stack.route('thread'))))
  const bodies = answers.map(({ body }) => body as { threadId: number; running: number })
  expect(bodies.map(({ running }) => running)).toEqual([1, 1, 1, 1, 1, 1])
  expect(new Set(bodies.map(({ threadId }) => threadId)).size).toBe(4)
})

test('reserved concurrency that is used up is answered with 500', async () => {
  const answers = await Promise.all([ask(stack.route('reserved')), ask(stack.route('reserved'))])
  expect(answers.sort((left, right) => left.status - right.status)).toEqual([
    { status: 200, body: '' },
    { status: 500, body: { message: 'Internal server error' } },
  ])
})

test('a worker sees its own variables and Lambda’s, and nothing of this process', async () => {
  const { body } = await ask(stack.route('environment'))
  expect(body).toEqual({
    TABLE: 'clients',
    AWS_ACCESS_KEY_ID: expect.stringMatching(/^ASIA[0-9A-F]{16}$/),
    AWS_SECRET_ACCESS_KEY: expect.any(String),
    AWS_SESSION_TOKEN: expect.any(String),
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    AWS_ENDPOINT_URL_API_GATEWAY: expect.any(String),
    AWS_ENDPOINT_URL_DYNAMODB: expect.any(String),
    AWS_ENDPOINT_URL_LAMBDA: expect.any(String),
    AWS_ENDPOINT_URL_SECRETS_MANAGER: expect.any(String),
    AWS_ENDPOINT_URL_SSM: expect.any(String),
    AWS_ENDPOINT_URL_STS: expect.any(String),
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
    AWS_LAMBDA_FUNCTION_NAME: 'environment',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/environment',
    AWS_LAMBDA_LOG_STREAM_NAME: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    LAMBDA_TASK_ROOT: expect.stringMatching(/asset\.environment$/),
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    _HANDLER: 'index.handler',
  })
})

test('the context is that of the alias that was invoked', async () => {
  const { body } = await ask(stack.route('context'))
  expect(body).toEqual({
    awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    callbackWaitsForEmptyEventLoop: true,
    functionName: 'context',
    functionVersion: '1',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:context:live',
    memoryLimitInMB: '128',
    logGroupName: '/aws/lambda/context',
    logStreamName: expect.any(String),
    left: expect.any(Number),
  })
  expect((body as { left: number }).left).toBeGreaterThan(3_000)
})

test('what a function writes is logged, and an error is told', async () => {
  await ask(stack.route('logs'))
  expect(stack.logs('logs')).toEqual([
    expect.stringMatching(/^START RequestId: \S+ Version: 1$/),
    'a line',
    '{"level":"ERROR","message":"it broke"}',
    expect.stringMatching(/^END RequestId: /),
    expect.stringMatching(/^REPORT RequestId: \S+ Duration: /),
  ])
  expect(stack.lines).toContain('logs: it broke')
})
