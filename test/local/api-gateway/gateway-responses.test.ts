import { describe, expect, test } from 'vitest'
import { requestVariables } from '../../../infra/local/api-gateway/context.ts'
import type { GatewayResponseType } from '../../../infra/local/api-gateway/gateway-response-types.ts'
import { assertGatewayResponse, gatewayResponse } from '../../../infra/local/api-gateway/gateway-responses.ts'
import type { GatewayResponseDefinition } from '../../../infra/local/api-gateway/types.ts'
import type { HttpRequest } from '../../../infra/local/http/types.ts'

const request: HttpRequest = {
  method: 'GET',
  target: '/prod/a?colour=red',
  headers: [['Origin', 'https://app.example']],
  body: Buffer.alloc(0),
  sourceIp: '192.0.2.1',
  sourcePort: 1,
  protocol: 'HTTP/1.1',
}

const define = (
  more: Partial<GatewayResponseDefinition> & { responseType: string },
): GatewayResponseDefinition => ({
  parameters: {},
  templates: {},
  ...more,
})

function answer(type: GatewayResponseType, ...definitions: GatewayResponseDefinition[]) {
  const api = { id: 'api', domainName: 'api.example', stage: 'prod', deploymentId: 'd' }
  const variables = requestVariables(request, api, '/prod/a', new Date(0))
  variables.set('requestId', 'request-1')
  variables.set('extendedRequestId', 'extended-1')
  const byType = new Map(definitions.map((definition) => [definition.responseType, definition]))
  const { status, headers, body } = gatewayResponse(type, byType, request, variables)
  return { status, headers: Object.fromEntries(headers), body: body.toString() }
}

const standardHeaders = {
  'Content-Type': 'application/json',
  'x-amzn-RequestId': 'request-1',
  'x-amz-apigw-id': 'extended-1',
}

describe('without customization, AWS answers', () => {
  const cases: readonly [GatewayResponseType, number, string, string][] = [
    [
      'MISSING_AUTHENTICATION_TOKEN',
      403,
      'MissingAuthenticationTokenException',
      'Missing Authentication Token',
    ],
    ['THROTTLED', 429, 'TooManyRequestsException', 'Too Many Requests'],
    ['REQUEST_TOO_LARGE', 413, 'RequestTooLargeException', 'Request Too Long'],
    ['INTEGRATION_TIMEOUT', 504, 'InternalServerErrorException', 'Endpoint request timed out'],
    ['API_CONFIGURATION_ERROR', 500, 'InternalServerErrorException', 'Internal server error'],
    ['DEFAULT_5XX', 502, 'InternalServerErrorException', 'Internal server error'],
  ]
  test.each(cases)('%s with %i', (type, status, errorType, message) => {
    expect(answer(type)).toEqual({
      status,
      headers: { ...standardHeaders, 'x-amzn-ErrorType': errorType },
      body: `{"message":"${message}"}`,
    })
  })
})

test('a customized answer has the template, status and headers of the stack', () => {
  const throttled = define({
    responseType: 'THROTTLED',
    statusCode: 503,
    parameters: {
      'gatewayresponse.header.Retry-After': "'60'",
      'gatewayresponse.header.WWW-Authenticate': "'Bearer'",
      'gatewayresponse.header.X-Request': 'context.requestId',
      'gatewayresponse.header.X-Origin': 'method.request.header.origin',
      'gatewayresponse.header.X-Colour': 'method.request.querystring.colour',
      'gatewayresponse.header.Content-Type': "'application/problem+json'",
    },
    templates: {
      'application/json':
        '{"type":"$context.error.responseType","m":$context.error.messageString,"t":"$context.error.message","p":"$context.path"}',
    },
  })
  expect(answer('THROTTLED', throttled)).toEqual({
    status: 503,
    headers: {
      'x-amzn-RequestId': 'request-1',
      'x-amz-apigw-id': 'extended-1',
      'x-amzn-ErrorType': 'TooManyRequestsException',
      'Retry-After': '60',
      'WWW-Authenticate': 'Bearer',
      'X-Request': 'request-1',
      'X-Origin': 'https://app.example',
      'X-Colour': 'red',
      'Content-Type': 'application/problem+json',
    },
    body: '{"type":"THROTTLED","m":"Too Many Requests","t":"Too Many Requests","p":"/prod/a"}',
  })
})

test('a type of its own comes before the default, which keeps the status of the others', () => {
  const defaults = define({ responseType: 'DEFAULT_4XX', templates: { 'application/json': 'default' } })
  const own = define({ responseType: 'THROTTLED', templates: { 'application/json': 'own' } })
  const body = (type: GatewayResponseType) => {
    const { status, body } = answer(type, defaults, own)
    return { status, body }
  }
  expect(body('THROTTLED')).toEqual({ status: 429, body: 'own' })
  expect(body('REQUEST_TOO_LARGE')).toEqual({ status: 413, body: 'default' })
  expect(body('INTEGRATION_TIMEOUT')).toEqual({
    status: 504,
    body: '{"message":"Endpoint request timed out"}',
  })
})

test('a default with a status gives it to all of its family', () => {
  const defaults = define({ responseType: 'DEFAULT_5XX', statusCode: 503 })
  expect(answer('INTEGRATION_TIMEOUT', defaults).status).toBe(503)
  expect(answer('DEFAULT_5XX', defaults).status).toBe(503)
  expect(answer('THROTTLED', defaults).status).toBe(429)
})

describe('what cannot be rendered stops the start', () => {
  const cases: readonly [string, GatewayResponseDefinition, string][] = [
    ['an unknown type', define({ responseType: 'TEAPOT' }), 'R: there is no gateway response TEAPOT'],
    [
      'an unknown variable',
      define({ responseType: 'THROTTLED', templates: { 'application/json': '$context.colour' } }),
      'R: the local stack does not know $context.colour',
    ],
    [
      'template language',
      define({ responseType: 'THROTTLED', templates: { 'application/json': '#if(1)$input.body#end' } }),
      'R: only $context variables are supported in templates by the local stack',
    ],
    [
      'a mapping to the path',
      define({ responseType: 'THROTTLED', parameters: { 'gatewayresponse.path.x': "'a'" } }),
      'R: the response parameter gatewayresponse.path.x is not supported by the local stack',
    ],
    [
      'an unquoted literal',
      define({ responseType: 'THROTTLED', parameters: { 'gatewayresponse.header.x': '60' } }),
      'R: the mapping 60 is not supported by the local stack',
    ],
  ]
  test.each(cases)('%s', (_name, definition, message) => {
    expect(() => assertGatewayResponse(definition, 'R')).toThrow(message)
  })
})
