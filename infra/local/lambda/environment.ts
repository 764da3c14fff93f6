/** The environment of a worker: the function's own variables and what Lambda sets, nothing of this process. */
import { type Credentials, credentialVariables } from '../aws/credentials.ts'
import { region } from '../identity.ts'
import type { FunctionDefinition } from './types.ts'

/** Variables that point an unchanged AWS SDK at the endpoint server. */
export function endpointVariables(endpoint: string): Readonly<Record<string, string>> {
  return {
    // The general one, too, so that a service nobody thought of is refused here instead of reached in AWS.
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint,
    AWS_ENDPOINT_URL_LAMBDA: endpoint,
    AWS_ENDPOINT_URL_API_GATEWAY: endpoint,
    AWS_ENDPOINT_URL_SSM: endpoint,
    AWS_ENDPOINT_URL_STS: endpoint,
  }
}

export function workerEnvironment(
  definition: FunctionDefinition,
  credentials: Credentials,
  endpoint: string,
  logStream: string,
): Readonly<Record<string, string>> {
  return {
    ...definition.variables,
    ...endpointVariables(endpoint),
    ...credentialVariables(credentials),
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMegabytes),
    AWS_LAMBDA_LOG_GROUP_NAME: definition.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    LAMBDA_TASK_ROOT: definition.folder,
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    _HANDLER: definition.handler,
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
  }
}
