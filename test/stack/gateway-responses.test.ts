import { describe, expect, it } from 'vitest'
import { synthesize } from './synthesize.ts'

const standard = synthesize()
const buddy = synthesize({ preset: 'buddy' })
const ci = synthesize({ preset: 'ci' })
const withoutApi = synthesize({ change: (yaml) => yaml.replace(/^apiTokens:[\s\S]*?^api: .*$/m, '') })

const rate = {
  'X-RateLimit-Limit': 'context.authorizer.rateLimit',
  'X-RateLimit-Remaining': 'context.authorizer.rateRemaining',
  'X-RateLimit-Reset': 'context.authorizer.rateReset',
  RateLimit: 'context.authorizer.rateLimitField',
  'RateLimit-Policy': 'context.authorizer.rateLimitPolicy',
}
const challenge = { 'WWW-Authenticate': 'context.authorizer.challenge' }
const noStore = { 'Cache-Control': "'no-store'" }
const later = { ...noStore, 'Retry-After': "'5'" }
const told = (error: string, error_description: string) => ({ error, error_description })
const refusal = (description: string) => told('invalid_request', description)
const busy = told('temporarily_unavailable', 'This service is busy. Please try again')
const tooMany = told('temporarily_unavailable', 'Too many requests. Please slow down')

const rows = [
  { type: 'MISSING_AUTHENTICATION_TOKEN', status: '404', body: refusal('There is nothing here') },
  {
    type: 'UNAUTHORIZED',
    status: '401',
    body: refusal('Authentication is required'),
    headers: { ...noStore, 'WWW-Authenticate': "'Bearer'" },
  },
  {
    type: 'ACCESS_DENIED',
    status: '401',
    body: told('invalid_token', 'The access token is missing, expired or not valid'),
    fromAuthorizer: { ...rate, ...challenge },
  },
  { type: 'INVALID_API_KEY', status: '503', body: busy, headers: later, fromAuthorizer: rate },
  { type: 'WAF_FILTERED', status: '403', body: refusal('Access is denied') },
  {
    type: 'REQUEST_TOO_LARGE',
    status: '413',
    body: refusal('The request is too large'),
    fromAuthorizer: rate,
  },
  {
    type: 'UNSUPPORTED_MEDIA_TYPE',
    status: '415',
    body: refusal('This content type is not supported'),
    fromAuthorizer: rate,
  },
  {
    type: 'THROTTLED',
    status: '429',
    body: tooMany,
    headers: later,
    fromAuthorizer: { ...rate, 'Retry-After': 'context.authorizer.retryAfter' },
  },
  { type: 'QUOTA_EXCEEDED', status: '429', body: tooMany, headers: later, fromAuthorizer: rate },
  { type: 'AUTHORIZER_FAILURE', status: '503', body: busy, headers: later },
  { type: 'AUTHORIZER_CONFIGURATION_ERROR', status: '503', body: busy, headers: later },
  {
    type: 'DEFAULT_4XX',
    status: undefined,
    body: refusal('The request cannot be served'),
    fromAuthorizer: rate,
  },
  {
    type: 'DEFAULT_5XX',
    status: undefined,
    body: told('server_error', 'Something went wrong here. Please try again'),
    headers: later,
    fromAuthorizer: rate,
  },
].map((row) => ({ headers: noStore, fromAuthorizer: {}, ...row }))

/** An answer of API Gateway's own, with its body read. */
function answer(stack: typeof standard, type: string) {
  const { Properties } =
    Object.values(stack.resources('AWS::ApiGateway::GatewayResponse')).find(
      (response) => response.Properties.ResponseType === type,
    ) ?? {}
  const { RestApiId, ResponseParameters, ResponseTemplates, ...others } = Properties
  expect(Object.keys(ResponseTemplates)).toEqual(['application/json'])
  return { ...others, ResponseParameters, body: JSON.parse(ResponseTemplates['application/json']) }
}

const asParameters = (headers: object) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [`gatewayresponse.header.${name}`, value]),
  )

describe('what API Gateway answers without a function', () => {
  it('is these answers and no other', () => {
    for (const stack of [standard, buddy, withoutApi, ci])
      expect(Object.keys(stack.resources('AWS::ApiGateway::GatewayResponse'))).toHaveLength(rows.length)
  })

  it.each(rows)('$type is $status', ({ type, status, body, headers, fromAuthorizer }) => {
    expect(answer(standard, type)).toEqual({
      ResponseType: type,
      ...(status && { StatusCode: status }),
      ResponseParameters: asParameters({ ...headers, ...fromAuthorizer }),
      body,
    })
  })

  it.each(rows)('$type tells nothing of an authorizer where there is none', (row) => {
    expect(answer(withoutApi, row.type)).toEqual({
      ...answer(standard, row.type),
      ResponseParameters: asParameters(row.headers),
    })
  })
})

describe('in the words of the deployment (B2.12)', () => {
  const unauthorizedBody = { errors: [{ message: 'Wrong authentication data' }] }

  it('a credential is refused, with the same status and headers', () => {
    expect(answer(buddy, 'ACCESS_DENIED')).toEqual({
      ...answer(standard, 'ACCESS_DENIED'),
      body: unauthorizedBody,
    })
  })

  it('and nothing else is', () => {
    for (const { type } of rows.filter((row) => row.type !== 'ACCESS_DENIED'))
      expect([type, answer(buddy, type)]).toEqual([type, answer(standard, type)])
  })

  it('a body is too large for vending, and nothing else is, where there are no OAuth endpoints (CH.5)', () => {
    for (const { type } of rows)
      expect([type, answer(ci, type)]).toEqual([
        type,
        type === 'REQUEST_TOO_LARGE'
          ? { ...answer(withoutApi, type), body: { error: 'Request Entity Too Large' } }
          : answer(withoutApi, type),
      ])
  })

  it('whatever they are: no word of a template language acts', () => {
    const text = '$context.identity.sourceIp #set($x = 1) $!x "quoted" \\ é'
    const errors = `errors: { unauthorizedBody: ${JSON.stringify({ a$b: [text] })} }`
    const odd = synthesize({ add: errors })
    const response = Object.values(odd.resources('AWS::ApiGateway::GatewayResponse')).find(
      ({ Properties }) => Properties.ResponseType === 'ACCESS_DENIED',
    )
    const template = response?.Properties.ResponseTemplates['application/json']
    expect(template).not.toMatch(/[$#]/)
    expect(JSON.parse(template)).toEqual({ a$b: [text] })
  })
})
