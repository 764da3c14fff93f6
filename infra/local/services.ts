/** The AWS services of one local stack, started before its resources are made. */
import { join } from 'node:path'
import { AccessLog } from './api-gateway/access-log.ts'
import type { RestApiModel } from './api-gateway/model.ts'
import { TokenBuckets } from './api-gateway/throttle.ts'
import { type ApiKeyLimits, ApiKeyStore } from './api-keys/store.ts'
import { apiGatewayService } from './aws/api-gateway.ts'
import { CredentialStore } from './aws/credentials.ts'
import { dynamoDbService } from './aws/dynamodb.ts'
import { EndpointServer } from './aws/endpoint.ts'
import { lambdaService } from './aws/lambda.ts'
import { secretsManagerService } from './aws/secrets-manager.ts'
import type { Distribution } from './cloudfront/types.ts'
import { CustomResources } from './custom-resources/custom-resources.ts'
import { DynamoEngine } from './dynamodb/engine.ts'
import { Tables } from './dynamodb/tables.ts'
import { LambdaPermissions } from './iam/lambda-permissions.ts'
import { Roles } from './iam/roles.ts'
import { arn, stableUuid } from './identity.ts'
import { Functions } from './lambda/functions.ts'
import type { Assembly } from './project/assembly.ts'
import type { DataFolder } from './project/data-folder.ts'
import type { World } from './resources/world.ts'
import { Schedules } from './schedules/schedules.ts'
import { SecretStore } from './secrets/store.ts'

export type Services = {
  readonly functions: Functions
  readonly permissions: LambdaPermissions
  readonly credentials: CredentialStore
  readonly accessLog: AccessLog
  readonly secrets: SecretStore
  readonly apis: ReadonlyMap<string, RestApiModel>
  readonly apiKeys: ApiKeyStore
  /** What is left of each API key's usage plan. */
  readonly keyBuckets: TokenBuckets
  readonly distributions: ReadonlyMap<string, Distribution>
  readonly report: (line: string) => void
  /** URL of the endpoint server. */
  readonly endpoint: string
  /** What the template's resources are to become part of. */
  world(assembly: Assembly): World
  close(): Promise<void>
}

/** @param report is told every refusal and every fault, in one line. */
export async function startServices(
  data: DataFolder,
  report: (line: string) => void,
  keyLimits?: ApiKeyLimits,
): Promise<Services> {
  const roles = new Roles()
  const permissions = new LambdaPermissions()
  const credentials = new CredentialStore()
  const apis = new Map<string, RestApiModel>()
  const distributions = new Map<string, Distribution>()
  const server = new EndpointServer(credentials, roles, report)
  const [engine, endpoint] = await Promise.all([DynamoEngine.start(data.dynamodb, report), server.start()])

  const tables = new Tables(engine)
  const secrets = new SecretStore(data.secrets)
  const apiKeys = new ApiKeyStore(data.apiKeys, keyLimits)
  const functions = new Functions(credentials, data.logs, endpoint, report)
  const accessLog = new AccessLog(join(data.logs, 'access.log'))
  const schedules = new Schedules(functions, permissions, report)
  server.add('dynamodb', dynamoDbService(engine, tables))
  server.add('secretsmanager', secretsManagerService(secrets))
  server.add('lambda', lambdaService(functions))
  server.add('apigateway', apiGatewayService(apiKeys))

  return {
    functions,
    permissions,
    credentials,
    accessLog,
    secrets,
    apis,
    apiKeys,
    keyBuckets: new TokenBuckets(),
    distributions,
    report,
    endpoint,
    world({ stackName, assetFolder }) {
      const stackId = arn('cloudformation', `stack/${stackName}/${stableUuid(stackName)}`)
      const customResources = new CustomResources(data.customResources, functions, endpoint, stackId, report)
      server.onCallback((path, body) => customResources.receive(path, body))
      return {
        stackName,
        stackId,
        roles,
        permissions,
        functions,
        tables,
        secrets,
        apis,
        apiKeys,
        distributions,
        forwardingPolicies: new Map(),
        responseHeadersPolicies: new Map(),
        schedules,
        customResources,
        assetFolder,
      }
    },
    async close() {
      schedules.stop()
      await functions.close()
      await server.close()
      await engine.close()
      await accessLog.close()
    },
  }
}
