/** The REST API's stage: what the function gets, what the client gets, and where the limits are. */
import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answering, ask, type RunningFixture, startFixture } from './support/fixture.ts'

let stack: RunningFixture

beforeAll(async () => {
  stack = await startFixture({
    functions: {
      echo: { source: answering('event') },
      challenge: {
        source: `export const handler = async () =>
          ({ statusCode: 401, headers: { 'WWW-Authenticate': 'Basic' }, multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'] } })`,
      },
      throttled: { source: answering('1') },
    },
    methodSettings: [
      { ResourcePath: '/*', HttpMethod: '*', ThrottlingRateLimit: 1000, ThrottlingBurstLimit: 1000 },
      { ResourcePath: '/throttled', HttpMethod: '*', ThrottlingRateLimit: 0.001, ThrottlingBurstLimit: 2 },
    ],
    gatewayResponses: {
      MISSING_AUTHENTICATION_TOKEN: {
        StatusCode: '404',
        ResponseParameters: { 'gatewayresponse.header.WWW-Authenticate': "'Bearer'" },
        ResponseTemplates: { 'application/json': '{"error":"nothing here"}' },
      },
    },
  })
})
afterAll(() => stack.remove())

/** A request with headers as they are, which `fetch` would not send so. */
function send(
  path: string,
  headers: string[],
  body = '',
): Promise<{ status: number; rawHeaders: string[]; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(`${stack.url}${path}`, { method: 'POST', headers }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => {
        text += chunk
      })
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, rawHeaders: answer.rawHeaders, body: text }),
      )
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

test('a header or parameter may be called as what every object has', async () => {
  const headers = [
    'Host',
    new URL(stack.url).host,
    'constructor',
    '1',
    '__proto__',
    '2',
    'Content-Length',
    '0',
  ]
  const { body } = await send('/prod/echo?constructor=3&__proto__=4', headers)
  const event = JSON.parse(body)
  expect(Object.entries(event.multiValueHeaders)).toEqual(
    expect.arrayContaining([
      ['constructor', ['1']],
      ['__proto__', ['2']],
    ]),
  )
  expect(Object.entries(event.multiValueQueryStringParameters)).toEqual([
    ['constructor', ['3']],
    ['__proto__', ['4']],
  ])
})

test('the event is that of a Lambda proxy integration', async () => {
  const host = new URL(stack.url).host
  const headers = [
    'Host',
    host,
    'X-Two',
    '1',
    'x-two',
    '2',
    'X-Many',
    'a',
    'X-Many',
    'b',
    'Content-Length',
    '2',
  ]
  const { body } = await send('/prod/echo/?a=1&a=2&b=x%20y+z', headers, 'hi')
  expect(JSON.parse(body)).toEqual({
    resource: '/echo',
    path: '/echo/',
    httpMethod: 'POST',
    headers: {
      Host: host,
      'X-Two': '1',
      'x-two': '2',
      'X-Many': 'b',
      'X-Forwarded-For': '127.0.0.1',
      'X-Forwarded-Port': '443',
      'X-Forwarded-Proto': 'https',
      'X-Amzn-Trace-Id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
    },
    multiValueHeaders: {
      Host: [host],
      'X-Two': ['1'],
      'x-two': ['2'],
      'X-Many': ['a', 'b'],
      'X-Forwarded-For': ['127.0.0.1'],
      'X-Forwarded-Port': ['443'],
      'X-Forwarded-Proto': ['https'],
      'X-Amzn-Trace-Id': [expect.any(String)],
    },
    queryStringParameters: { a: '2', b: 'x y z' },
    multiValueQueryStringParameters: { a: ['1', '2'], b: ['x y z'] },
    pathParameters: null,
    stageVariables: null,
    requestContext: {
      resourceId: expect.stringMatching(/^[0-9a-z]{10}$/),
      resourcePath: '/echo',
      httpMethod: 'POST',
      extendedRequestId: expect.any(String),
      requestTime: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      path: '/prod/echo/',
      accountId: '000000000000',
      protocol: 'HTTP/1.1',
      stage: 'prod',
      domainPrefix: '127',
      requestTimeEpoch: expect.any(Number),
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      identity: {
        cognitoIdentityPoolId: null,
        accountId: null,
        cognitoIdentityId: null,
        caller: null,
        sourceIp: '127.0.0.1',
        principalOrgId: null,
        accessKey: null,
        cognitoAuthenticationType: null,
        cognitoAuthenticationProvider: null,
        userArn: null,
        userAgent: null,
        user: null,
      },
      domainName: host,
      deploymentId: expect.any(String),
      apiId: expect.stringMatching(/^[0-9a-z]{10}$/),
    },
    body: 'hi',
    isBase64Encoded: false,
  })
})

test('an absent body and query are null, and bytes that are no UTF-8 are replaced', async () => {
  const { body } = await ask(stack.route('echo'))
  expect(body).toMatchObject({
    body: null,
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
  })
  const bytes = await ask(stack.route('echo'), { method: 'POST', body: new Uint8Array([0x61, 0xff, 0x62]) })
  expect(bytes.body).toMatchObject({ body: 'a\ufffdb', isBase64Encoded: false })
})

test('a function’s WWW-Authenticate is renamed, and each cookie stays a header of its own', async () => {
  const { status, rawHeaders } = await send('/prod/challenge', ['Host', 'x', 'Content-Length', '0'])
  const own = rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [[name, rawHeaders[index + 1]]] : []))
  expect(status).toBe(401)
  expect(own.filter(([name]) => /authenticate|cookie/i.test(String(name)))).toEqual([
    ['x-amzn-Remapped-WWW-Authenticate', 'Basic'],
    ['Set-Cookie', 'a=1'],
    ['Set-Cookie', 'b=2'],
  ])
})

describe('what no route answers', () => {
  test('gets the gateway response of the stack, whose WWW-Authenticate keeps its name', async () => {
    const response = await fetch(stack.route('nope'))
    expect({
      status: response.status,
      body: await response.json(),
      challenge: response.headers.get('www-authenticate'),
      errorType: response.headers.get('x-amzn-errortype'),
    }).toEqual({
      status: 404,
      body: { error: 'nothing here' },
      challenge: 'Bearer',
      errorType: 'MissingAuthenticationTokenException',
    })
  })

  test('outside the stage is forbidden', async () => {
    expect(await ask(`${stack.url}/echo`)).toEqual({ status: 403, body: { message: 'Forbidden' } })
    expect(await ask(`${stack.url}/production/echo`)).toEqual({ status: 403, body: { message: 'Forbidden' } })
  })

  test('for a path that is no percent-encoding is a bad request', async () => {
    expect(await ask(`${stack.url}/prod/%zz`)).toEqual({ status: 400, body: { message: 'Bad Request' } })
  })
})

describe('limits', () => {
  /** `x-fill` padded so that request line and headers have exactly this many bytes. */
  const headers = (bytes: number) => {
    const fixed = 'POST /prod/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nx-fill: \r\n'.length
    return ['Host', 'x', 'Content-Length', '0', 'x-fill', 'f'.repeat(bytes - fixed)]
  }

  test('10,240 bytes of request line and headers pass, one more does not', async () => {
    // Node adds `Connection: keep-alive` of its own: 24 bytes.
    expect((await send('/prod/echo', headers(10_240 - 24))).status).toBe(200)
    const { status, body } = await send('/prod/echo', headers(10_241 - 24))
    expect({ status, body }).toEqual({ status: 431, body: 'HTTP header is larger than 10240 bytes.' })
  })

  test('a body over 10 MB, or over Lambda’s 6 MB, is too large', async () => {
    const tooLarge = { status: 413, body: { message: 'Request Too Long' } }
    expect(await ask(stack.route('echo'), { method: 'POST', body: 'x'.repeat(6_400_000) })).toEqual(tooLarge)
    const { status, body } = await send(
      '/prod/echo',
      ['Host', 'x', 'Transfer-Encoding', 'chunked'],
      'x'.repeat(10_485_761),
    )
    expect({ status, body: JSON.parse(body) }).toEqual(tooLarge)
  })

  test('the stage throttles what exceeds the burst', async () => {
    const answers = [
      await ask(stack.route('throttled')),
      await ask(stack.route('throttled')),
      await ask(stack.route('throttled')),
    ]
    expect(answers).toEqual([
      { status: 200, body: '1' },
      { status: 200, body: '1' },
      { status: 429, body: { message: 'Too Many Requests' } },
    ])
  })
})
