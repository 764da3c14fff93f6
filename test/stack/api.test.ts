import { describe, expect, it } from 'vitest'
import { functionOf } from './reading.ts'
import { synthesize } from './synthesize.ts'

const deployment = synthesize()
const buildr = synthesize({
  preset: 'buildr',
  add: 'throttle: { ratePerSecond: 7, burst: 9 }\nissuer: https://id.example.com\nsigning: { algorithm: RS256 }',
})

/** Every route, as `METHOD path → alias`. */
function routes(): string[] {
  const paths = new Map<string, string>()
  const resources = Object.entries(deployment.template.findResources('AWS::ApiGateway::Resource'))
  const pathOf = (id: string): string => {
    const found = resources.find(([logicalId]) => logicalId === id)
    if (found === undefined) return ''
    return `${pathOf(found[1].Properties.ParentId.Ref ?? '')}/${found[1].Properties.PathPart}`
  }
  for (const [logicalId] of resources) paths.set(logicalId, pathOf(logicalId))
  return Object.values(deployment.resources('AWS::ApiGateway::Method'))
    .map(({ Properties }) => {
      const uri = String(deployment.readable(Properties.Integration.Uri))
      const target = /functions\/<(.*)>\/invocations$/.exec(uri)?.[1]
      return `${Properties.HttpMethod} ${paths.get(Properties.ResourceId.Ref)} → ${target}`
    })
    .sort()
}

describe('routes', () => {
  it('are these, each to the alias of one function, and none else', () => {
    const to = (folder: string) => `${functionOf(deployment, folder).path}/Aliaslive`
    expect(routes()).toEqual([
      `GET /.well-known/jwks.json → ${to('metadata')}`,
      `GET /.well-known/oauth-authorization-server → ${to('metadata')}`,
      `GET /.well-known/openid-configuration → ${to('metadata')}`,
      `GET /health → ${to('health')}`,
      `GET /oauth/account → ${to('authorize')}`,
      `GET /oauth/authorize → ${to('authorize')}`,
      `GET /oauth/form-post.js → ${to('authorize')}`,
      `GET /oauth/login → ${to('authorize')}`,
      `GET /oauth/logout → ${to('authorize')}`,
      `GET /oauth/style.css → ${to('authorize')}`,
      `GET /oauth/userinfo → ${to('userinfo')}`,
      `POST /oauth/account → ${to('authorize')}`,
      `POST /oauth/authorize → ${to('authorize')}`,
      `POST /oauth/consent → ${to('authorize')}`,
      `POST /oauth/introspect → ${to('introspect')}`,
      `POST /oauth/login → ${to('authorize')}`,
      `POST /oauth/logout → ${to('authorize')}`,
      `POST /oauth/revoke → ${to('revoke')}`,
      `POST /oauth/token → ${to('token')}`,
      `POST /oauth/token/authorization_code → ${to('grants/authorization_code')}`,
      `POST /oauth/token/client_credentials → ${to('grants/client_credentials')}`,
      `POST /oauth/token/refresh_token → ${to('grants/refresh_token')}`,
      `POST /oauth/userinfo → ${to('userinfo')}`,
    ])
  })

  it('hand the request to the function as it is, for at most 29 s', () => {
    for (const { Properties } of Object.values(deployment.resources('AWS::ApiGateway::Method'))) {
      expect(Properties).toMatchObject({
        AuthorizationType: 'NONE',
        Integration: { Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST', TimeoutInMillis: 29_000 },
      })
      expect(Properties.ApiKeyRequired).toBeUndefined()
    }
  })
})

describe('the stage', () => {
  it('logs errors and every access, but never a body, a header or a query string', () => {
    const [stage] = Object.values(deployment.resources('AWS::ApiGateway::Stage'))
    expect(stage?.Properties.MethodSettings).toEqual([
      {
        HttpMethod: '*',
        ResourcePath: '/*',
        LoggingLevel: 'ERROR',
        DataTraceEnabled: false,
        MetricsEnabled: true,
        ThrottlingRateLimit: 200,
        ThrottlingBurstLimit: 400,
      },
    ])
    expect(JSON.parse(stage?.Properties.AccessLogSetting.Format)).toEqual({
      requestId: '$context.requestId',
      time: '$context.requestTimeEpoch',
      sourceIp: '$context.identity.sourceIp',
      method: '$context.httpMethod',
      path: '$context.path',
      route: '$context.resourcePath',
      status: '$context.status',
      refusal: '$context.error.responseType',
      latencyMilliseconds: '$context.responseLatency',
      functionMilliseconds: '$context.integrationLatency',
      functionStatus: '$context.integrationStatus',
      responseBytes: '$context.responseLength',
    })
    expect(deployment.readable(stage?.Properties.AccessLogSetting.DestinationArn)).toBe(
      'arn:aws:logs:us-east-1:111111111111:log-group:<Api/AccessLog>',
    )
  })

  it('throttles as configured', () => {
    const [stage] = Object.values(buildr.resources('AWS::ApiGateway::Stage'))
    expect(stage?.Properties).toMatchObject({
      StageName: 'prod',
      MethodSettings: [{ ThrottlingRateLimit: 7, ThrottlingBurstLimit: 9 }],
    })
  })

  it('is regional, and takes no TLS older than 1.2 (RFC 9325)', () => {
    expect(deployment.resources('AWS::ApiGateway::RestApi')['Api/RestApi']?.Properties).toMatchObject({
      EndpointConfiguration: { Types: ['REGIONAL'] },
      SecurityPolicy: 'SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09',
      EndpointAccessMode: 'STRICT',
    })
  })

  it('leaves the account its logging role when the stack goes', () => {
    for (const type of ['AWS::ApiGateway::Account', 'AWS::IAM::Role'])
      for (const [path, { DeletionPolicy }] of Object.entries(deployment.resources(type)))
        if (path.startsWith('Api/')) expect([path, DeletionPolicy]).toEqual([path, 'Retain'])
  })
})

describe('gateway responses', () => {
  const noStore = { 'Cache-Control': 'no-store' }
  const later = { ...noStore, 'Retry-After': '5' }
  const busy = 'This service is busy. Please try again'
  const tooMany = 'Too many requests. Please slow down'

  it.each([
    ['MISSING_AUTHENTICATION_TOKEN', '404', 'invalid_request', 'There is nothing here', noStore],
    [
      'UNAUTHORIZED',
      '401',
      'invalid_request',
      'Authentication is required',
      { ...noStore, 'WWW-Authenticate': 'Bearer' },
    ],
    ['ACCESS_DENIED', '403', 'invalid_request', 'Access is denied', noStore],
    ['INVALID_API_KEY', '403', 'invalid_request', 'Access is denied', noStore],
    ['WAF_FILTERED', '403', 'invalid_request', 'Access is denied', noStore],
    ['REQUEST_TOO_LARGE', '413', 'invalid_request', 'The request is too large', noStore],
    ['UNSUPPORTED_MEDIA_TYPE', '415', 'invalid_request', 'This content type is not supported', noStore],
    ['THROTTLED', '429', 'temporarily_unavailable', tooMany, later],
    ['QUOTA_EXCEEDED', '429', 'temporarily_unavailable', tooMany, later],
    ['AUTHORIZER_FAILURE', '503', 'temporarily_unavailable', busy, later],
    ['AUTHORIZER_CONFIGURATION_ERROR', '503', 'temporarily_unavailable', busy, later],
    ['DEFAULT_4XX', undefined, 'invalid_request', 'The request cannot be served', noStore],
    ['DEFAULT_5XX', undefined, 'server_error', 'Something went wrong here. Please try again', later],
  ])('%s is %s %s', (type, status, error, description, headers) => {
    const responses = Object.values(deployment.resources('AWS::ApiGateway::GatewayResponse'))
    expect(responses).toHaveLength(13)
    const { Properties } = responses.find(({ Properties }) => Properties.ResponseType === type) ?? {}
    const { RestApiId, ResponseParameters, ResponseTemplates, ...others } = Properties
    expect(others).toEqual({ ResponseType: type, ...(status && { StatusCode: status }) })
    expect(ResponseParameters).toEqual(
      Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [`gatewayresponse.header.${name}`, `'${value}'`]),
      ),
    )
    expect(Object.keys(ResponseTemplates)).toEqual(['application/json'])
    expect(JSON.parse(ResponseTemplates['application/json'])).toEqual({
      error,
      error_description: description,
    })
  })
})

describe('outputs', () => {
  it('tell where the deployment is', () => {
    const url = 'https://<Api/RestApi>.execute-api.us-east-1.<AWS::URLSuffix>/prod'
    expect(deployment.readable(deployment.template.findOutputs('*'))).toEqual({
      Issuer: { Value: url },
      TokenEndpoint: { Value: `${url}/oauth/token` },
      ApiUrl: { Value: url },
      Prefix: { Value: '/oauth' },
      ClientsTable: { Value: '<Tables/Clients>' },
      AccountsTable: { Value: '<Tables/Accounts>' },
      UsersTable: { Value: '<Tables/Users>' },
      ConsentsTable: { Value: '<Tables/Consents>' },
      AuthorizationCodesTable: { Value: '<Tables/AuthorizationCodes>' },
      GrantsTable: { Value: '<Tables/Grants>' },
      TokensTable: { Value: '<Tables/Tokens>' },
      RateLimitsTable: { Value: '<Tables/RateLimits>' },
      VendedTokensTable: { Value: '<Tables/VendedTokens>' },
      ProfilesTable: { Value: '<Tables/Profiles>' },
      SigningKeysSecret: { Value: '<Secrets/SigningKeys>' },
      VerificationKeysSecret: { Value: '<Secrets/VerificationKeys>' },
      RefreshKeysSecret: { Value: '<Secrets/RefreshKeys>' },
      SessionKeysSecret: { Value: '<Secrets/SessionKeys>' },
    })
  })

  it('follow the configuration: issuer and signing algorithm', () => {
    expect(buildr.template.findOutputs('Issuer')).toEqual({ Issuer: { Value: 'https://id.example.com' } })
    const [keys] = Object.values(buildr.resources('Custom::ScripKeys'))
    expect(keys?.Properties.algorithm).toBe('RS256')
  })
})
