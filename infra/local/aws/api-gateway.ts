/** API Gateway's control plane on the endpoint server, as far as it concerns API keys and usage plans. */
import { apiKeyOperations } from '../api-keys/operations.ts'
import type { ApiKeyStore } from '../api-keys/store.ts'
import { partition, region } from '../identity.ts'
import { isObject, parseJson } from '../json.ts'
import { AwsError } from './errors.ts'
import type { Service } from './service.ts'

export function apiGatewayService(store: ApiKeyStore): Service {
  return {
    async handle(request, authorize) {
      const { pathname, searchParams: query } = new URL(request.target, 'http://apigateway')
      const operation = apiKeyOperations.find(
        ({ method, path }) => method === request.method && path.test(pathname),
      )
      // POST /apikeys?mode=import is another operation at the same path.
      if (!operation || query.has('mode')) {
        const message = `the local stack knows no ${request.method} ${request.target} of API Gateway`
        throw new AwsError('UnknownOperationException', message, 404)
      }
      const action = `apigateway:${request.method}`
      authorize({ action, resource: arnOf(pathname), context: new Map() })
      const body = parseJson(request.body.toString('utf8') || '{}')
      if (!isObject(body)) throw new AwsError('BadRequestException', 'Unable to parse the request body')
      // Seen in AWS's refusals for REST APIs: tags at creation need the right to tag whatever is created.
      if (body.tags !== undefined) {
        const tagged = encodeURIComponent(`${arnOf('/apikeys')}/`)
        authorize({ action: 'apigateway:PUT', resource: arnOf(`/tags/${tagged}*`), context: new Map() })
      }
      const ids = (operation.path.exec(pathname) ?? []).slice(1).map(decodeURIComponent)
      const result = operation.run(store, { ids, query, body })
      const headers = { 'Content-Type': 'application/json' }
      return {
        status: operation.status,
        headers,
        body: operation.status === 202 ? '' : JSON.stringify(result),
      }
    },

    describeError(error) {
      return {
        status: error.status,
        headers: { 'Content-Type': 'application/json', 'x-amzn-ErrorType': error.code },
        body: JSON.stringify({ message: error.message }),
      }
    },
  }
}

/** Without an account, as all ARNs of API Gateway's control plane. */
function arnOf(path: string): string {
  return `arn:${partition}:apigateway:${region}::${path}`
}
