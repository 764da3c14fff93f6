/** DynamoDB on the endpoint server: the permission check, then the engine. */
import { accessesOf } from '../dynamodb/access.ts'
import type { DynamoEngine } from '../dynamodb/engine.ts'
import type { Tables } from '../dynamodb/tables.ts'
import { jsonResponse, readJsonCall } from './json-protocol.ts'
import type { Service } from './service.ts'

/** What the engine needs of a request's headers. */
const forwarded = ['content-type', 'x-amz-target', 'x-amz-date', 'authorization']

export function dynamoDbService(engine: DynamoEngine, tables: Tables): Service {
  return {
    async handle(request, authorize) {
      const { operation, parameters } = readJsonCall(request)
      for (const access of accessesOf(operation, parameters, tables)) authorize(access)
      const headers = Object.fromEntries(forwarded.map((name) => [name, request.headers[name] ?? '']))
      return engine.forward(headers, request.body)
    },

    describeError(error) {
      const type = `com.amazon.coral.service#${error.code}`
      return jsonResponse(
        '1.0',
        { __type: type, Message: error.message, message: error.message },
        error.status,
      )
    },
  }
}
