/** Secrets Manager on the endpoint server. */

import { arn } from '../identity.ts'
import type { JsonObject } from '../json.ts'
import { secretsOperations } from '../secrets/operations.ts'
import type { SecretStore } from '../secrets/store.ts'
import { current } from '../secrets/types.ts'
import { AwsError } from './errors.ts'
import { jsonResponse, readJsonCall } from './json-protocol.ts'
import type { Service } from './service.ts'

export function secretsManagerService(store: SecretStore): Service {
  return {
    async handle(request, authorize) {
      const { operation, parameters } = readJsonCall(request)
      const run = Object.hasOwn(secretsOperations, operation) ? secretsOperations[operation] : undefined
      if (!run) throw new AwsError('UnknownOperationException', `the local stack knows no ${operation}`)
      const secretId = typeof parameters.SecretId === 'string' ? parameters.SecretId : ''
      authorize({
        action: `secretsmanager:${operation}`,
        resource: resourceOf(store, secretId),
        context: contextOf(operation, secretId, parameters),
      })
      return jsonResponse('1.1', run(store, parameters))
    },

    describeError(error) {
      const response = jsonResponse(
        '1.1',
        { __type: error.code, Message: error.message, message: error.message },
        error.status,
      )
      return {
        ...response,
        headers: { ...response.headers, 'x-amzn-ErrorType': error.code },
      }
    },
  }
}

/** The ARN a policy is asked about; for a name that stands for no secret, the one without its random end. */
function resourceOf(store: SecretStore, secretId: string): string {
  const secret = store.find(secretId)
  if (secret) return secret.arn
  return secretId.startsWith('arn:') ? secretId : arn('secretsmanager', `secret:${secretId}`)
}

function contextOf(
  operation: string,
  secretId: string,
  parameters: JsonObject,
): ReadonlyMap<string, readonly string[]> {
  const context = new Map([['secretsmanager:secretid', [secretId]]])
  const stage = typeof parameters.VersionStage === 'string' ? parameters.VersionStage : undefined
  // A read that names neither version nor stage asks for AWSCURRENT.
  const asksForCurrent = operation === 'GetSecretValue' && parameters.VersionId === undefined
  if (stage !== undefined) context.set('secretsmanager:versionstage', [stage])
  else if (asksForCurrent) context.set('secretsmanager:versionstage', [current])
  return context
}
