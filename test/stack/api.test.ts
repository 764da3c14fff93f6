import { describe, expect, it } from 'vitest'
import { functionOf, routesOf } from './reading.ts'
import { synthesize } from './synthesize.ts'

const deployment = synthesize()
const buildr = synthesize({
  preset: 'buildr',
  add: 'throttle: { ratePerSecond: 7, burst: 9 }\nissuer: https://id.example.com\nsigning: { algorithm: RS256 }',
})

describe('routes', () => {
  it('are these, each to the alias of one function, and none else', () => {
    const to = (folder: string) => `${functionOf(deployment, folder).path}/Aliaslive`
    const routes = routesOf(deployment).map(({ route, alias }) => `${route} → ${alias}`)
    expect(routes).toEqual([
      `ANY /api/v1/token → ${to('api')}`,
      `ANY /api/v1/{proxy+} → ${to('api')}`,
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
      `POST /oauth/leaked → ${to('leaked')}`,
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
    for (const { Properties } of routesOf(deployment))
      expect(Properties).toMatchObject({
        Integration: { Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST', TimeoutInMillis: 29_000 },
      })
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
      apiKeyId: '$context.identity.apiKeyId',
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

describe('outputs', () => {
  it('tell where the deployment is', () => {
    const url = 'https://<Api/RestApi>.execute-api.us-east-1.<AWS::URLSuffix>/prod'
    expect(deployment.readable(deployment.template.findOutputs('*'))).toEqual({
      Issuer: { Value: url },
      BaseUrl: { Value: url },
      TokenEndpoint: { Value: `${url}/oauth/token` },
      ApiUrl: { Value: url },
      Prefix: { Value: '/oauth' },
      ConfigDigest: { Value: expect.stringMatching(/^[\w-]{43}$/) },
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

  it('tell the secret of each upstream that knows us by one', () => {
    expect(buildr.readable(buildr.template.findOutputs('UpstreamBuildrSecret'))).toEqual({
      UpstreamBuildrSecret: { Value: '<UpstreamSecrets/Buildr>' },
    })
  })

  it('follow the configuration: issuer and signing algorithm', () => {
    expect(buildr.template.findOutputs('Issuer')).toEqual({ Issuer: { Value: 'https://id.example.com' } })
    const [keys] = Object.values(buildr.resources('Custom::ScripKeys'))
    expect(keys?.Properties.algorithm).toBe('RS256')
  })
})
