/** The REST API: its stage, its logs and its routes. */
import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib'
import {
  AccessLogFormat,
  ApiKeySourceType,
  AuthorizationType,
  type CfnRestApi,
  EndpointAccessMode,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  type Method,
  MethodLoggingLevel,
  type MethodOptions,
  RequestAuthorizer,
  RestApi,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigateway'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { Config } from '../../shared/config/types.ts'
import type { Functions } from './functions.ts'
import { addGatewayResponses } from './gateway-responses.ts'
import { UsagePlans } from './usage-plans.ts'

export interface ApiProps {
  readonly config: Config
  readonly stageName: string
  readonly functions: Functions
}

/** Who asked for what, and how it went: no body, query string or header, any of which may hold a secret. */
const accessLogFields = {
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
}

export class Api extends Construct {
  readonly restApi: RestApi
  /** `https://<api>.execute-api.<region>.amazonaws.com/<stage>`, without a slash at the end. */
  readonly url: string
  /** Host of `url`. */
  readonly host: string

  constructor(scope: Construct, id: string, { config, stageName, functions }: ApiProps) {
    super(scope, id)
    const { region, urlSuffix, stackName } = Stack.of(this)
    const accessLog = new LogGroup(this, 'AccessLog', {
      retention: config.logs.retentionDays,
    })
    this.restApi = new RestApi(this, 'RestApi', {
      restApiName: stackName,
      description: `Scrip: the OAuth endpoints of ${config.name}`,
      ...(config.api && { apiKeySourceType: ApiKeySourceType.AUTHORIZER }),
      // API Gateway would make text of bodies, where the team's API wants them as they are and vending counts
      // their bytes: one that is no UTF-8 becomes three.
      ...((config.api || config.vend) && { binaryMediaTypes: ['*/*'] }),
      endpointTypes: [EndpointType.REGIONAL],
      // One role for all APIs of the account and region: it stays when this stack goes.
      cloudWatchRole: true,
      cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN,
      deployOptions: {
        stageName,
        accessLogDestination: new LogGroupLogDestination(accessLog),
        accessLogFormat: AccessLogFormat.custom(JSON.stringify(accessLogFields)),
        loggingLevel: MethodLoggingLevel.ERROR,
        dataTraceEnabled: false, // it would log bodies, and with them secrets and tokens
        metricsEnabled: true,
        throttlingRateLimit: config.throttle.ratePerSecond,
        throttlingBurstLimit: config.throttle.burst,
      },
    })
    requireModernTls(this.restApi.node.defaultChild as CfnRestApi)
    this.restApi.node.tryRemoveChild('Endpoint') // an output of CDK's own; the stack has `ApiUrl`
    this.host = `${this.restApi.restApiId}.execute-api.${region}.${urlSuffix}`
    this.url = `https://${this.host}/${stageName}`
    this.#addRoutes(functions, config)
    addGatewayResponses(this.restApi, config)
    if (config.api) new UsagePlans(this, 'UsagePlans', { stage: this.restApi.deploymentStage, config })
    this.#acknowledge()
  }

  #addRoutes(functions: Functions, config: Config): void {
    const protection = config.api && protect(this, functions)
    for (const { folder, routes } of functions.definitions) {
      const integration = new LambdaIntegration(functions.get(folder).alias, {
        timeout: Duration.seconds(29),
        // One permission a function, whatever the number of its routes: a function's policy holds 20 KB.
        scopePermissionToMethod: false,
      })
      for (const { method, path, isProtected } of routes) {
        const resource = this.restApi.root.resourceForPath(path)
        if (isProtected) acknowledgeProtected(resource.addMethod(method, integration, protection))
        else acknowledgePublic(resource.addMethod(method, integration))
      }
    }
  }

  #acknowledge(): void {
    Validations.of(this.restApi).acknowledge(
      {
        id: 'AwsSolutions-APIG2',
        reason:
          'Each function checks its own requests, since the refusal must be an OAuth error (RFC 6749 §5.2)',
      },
      {
        id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
        reason: 'The account-wide role of API Gateway, for which AWS prescribes this very policy',
      },
    )
    Validations.of(this.restApi.deploymentStage).acknowledge({
      id: 'AwsSolutions-APIG3',
      reason: 'The web ACL stands at the edge, where one is configured; the stage throttles all the same',
    })
  }
}

/** The authorizer, and a usage plan's API key, which the authorizer names. */
function protect(scope: Construct, functions: Functions): MethodOptions {
  const authorizer = new RequestAuthorizer(scope, 'Authorizer', {
    handler: functions.get('authorizer').alias,
    // It is asked about every request, also one without credentials: who is refused is told its rate as well.
    identitySources: [],
    resultsCacheTtl: Duration.seconds(0), // a cached answer would freeze the rate headers
  })
  return { authorizer, authorizationType: AuthorizationType.CUSTOM, apiKeyRequired: true }
}

function acknowledgeProtected(method: Method): void {
  Validations.of(method).acknowledge({
    id: 'AwsSolutions-COG4',
    reason: 'Our own authorizer stands before it, since we are who issues the tokens',
  })
}

/** Method by method, so that a route that is to be protected, and is not, still fails the synthesis. */
function acknowledgePublic(method: Method): void {
  Validations.of(method).acknowledge(
    {
      id: 'AwsSolutions-APIG4',
      reason: 'OAuth endpoints are where callers authenticate: the functions do it, by client credentials',
    },
    { id: 'AwsSolutions-COG4', reason: 'This API is the authorization server; it needs no user pool' },
  )
}

/** TLS 1.2 with forward secrecy, or 1.3 (RFC 9325); unless told, a regional endpoint still takes TLS 1.0. */
function requireModernTls(restApi: CfnRestApi): void {
  restApi.securityPolicy = SecurityPolicy.TLS13_1_2_PFS_PQ_2025_09
  restApi.endpointAccessMode = EndpointAccessMode.STRICT
}
