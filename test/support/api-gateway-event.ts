/** The events of a REST API's Lambda proxy integration, field for field as API Gateway sends them. */
import type { APIGatewayProxyEvent, Context } from 'aws-lambda'

export interface Request {
  readonly method?: string
  /** The matched resource; templated where the stack has it so. */
  readonly resource?: string
  /** Below the stage; the resource itself where it is not templated. */
  readonly path?: string
  readonly stage?: string
  readonly domainName?: string
  /** As `requestContext.path` has it, base path mapping and stage included. */
  readonly fullPath?: string
  /** In the order they came, in the case they came in; a name may come twice. */
  readonly headers?: readonly (readonly [name: string, value: string])[]
  /** A name may come several times. */
  readonly query?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Buffer
  readonly sourceIp?: string
  /** Whether the API treats the body as binary. */
  readonly binary?: boolean
}

export const REQUEST_ID = '0b1c2d3e-4f50-4a61-8b72-9c83ad94be05'

export function apiGatewayEvent(request: Request = {}): APIGatewayProxyEvent {
  const {
    method = 'POST',
    resource = '/oauth/token',
    path = resource,
    stage = 'prod',
    domainName = 'abc123.execute-api.eu-west-1.amazonaws.com',
    fullPath = `/${stage}${path}`,
    headers = [],
    query,
    sourceIp = '192.0.2.7',
    binary = false,
  } = request
  const body = Buffer.from(request.body ?? '')
  return {
    resource,
    path,
    httpMethod: method,
    // The last value of a name stands here, all of them below; an absent group is null.
    headers: headers.length === 0 ? none() : Object.fromEntries(headers),
    multiValueHeaders: headers.length === 0 ? none() : grouped(headers),
    queryStringParameters: query ? Object.fromEntries(pairs(query)) : null,
    multiValueQueryStringParameters: query ? grouped(pairs(query)) : null,
    pathParameters: null,
    stageVariables: null,
    requestContext: {
      resourceId: 'res123',
      authorizer: undefined,
      resourcePath: resource,
      httpMethod: method,
      requestTime: '14/Nov/2023:22:13:20 +0000',
      path: fullPath,
      accountId: '123456789012',
      protocol: 'HTTP/1.1',
      stage,
      domainPrefix: domainName.split('.')[0] ?? '',
      requestTimeEpoch: 1_700_000_000_000,
      requestId: REQUEST_ID,
      identity: {
        accessKey: null,
        accountId: null,
        apiKey: null,
        apiKeyId: null,
        caller: null,
        clientCert: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp,
        user: null,
        userAgent: null,
        userArn: null,
      },
      domainName,
      apiId: 'abc123',
    },
    // An empty body is null.
    body: body.length === 0 ? null : body.toString(binary ? 'base64' : 'utf8'),
    isBase64Encoded: binary && body.length > 0,
  }
}

/** API Gateway says null where its types say there is always an object. */
function none(): never {
  return null as never
}

function pairs(query: NonNullable<Request['query']>): (readonly [string, string])[] {
  return Object.entries(query).flatMap(([name, values]) =>
    [values].flat().map((value) => [name, value] as const),
  )
}

function grouped(fields: readonly (readonly [string, string])[]): Record<string, string[]> {
  const names = [...new Set(fields.map(([name]) => name))]
  return Object.fromEntries(
    names.map((name) => [name, fields.filter(([other]) => other === name).map(([, value]) => value)]),
  )
}

/** A form request, as OAuth has it. */
export function formEvent(
  body: string | Record<string, string>,
  request: Request = {},
): APIGatewayProxyEvent {
  const text = typeof body === 'string' ? body : new URLSearchParams(body).toString()
  const headers = [['Content-Type', 'application/x-www-form-urlencoded'] as const, ...(request.headers ?? [])]
  return apiGatewayEvent({ ...request, headers, body: text })
}

export function jsonEvent(body: unknown, request: Request = {}): APIGatewayProxyEvent {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const headers = [['Content-Type', 'application/json'] as const, ...(request.headers ?? [])]
  return apiGatewayEvent({ ...request, headers, body: text })
}

export const lambdaContext: Context = {
  callbackWaitsForEmptyEventLoop: true,
  functionName: 'Scrip-Function',
  functionVersion: '1',
  invokedFunctionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:Scrip-Function:live',
  memoryLimitInMB: '1769',
  awsRequestId: '6f0d2a4c-2f0e-4f3e-9a53-0a7c2f1d9b11',
  logGroupName: '/aws/lambda/Scrip-Function',
  logStreamName: '2023/11/14/[1]0123456789abcdef',
  getRemainingTimeInMillis: () => 10_000,
  done: () => {},
  fail: () => {},
  succeed: () => {},
}
