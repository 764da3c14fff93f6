/** AWS's JSON 1.0 and 1.1 protocols: the operation stands in `X-Amz-Target`, parameters and result are JSON. */
import { isObject, type JsonObject, parseJson } from '../json.ts'
import { AwsError } from './errors.ts'
import type { ServiceResponse } from './service.ts'
import type { SignedRequest } from './signature.ts'

export type JsonCall = {
  readonly operation: string
  readonly parameters: JsonObject
}

/** @throws AwsError SerializationException when the body is no JSON object. */
export function readJsonCall(request: SignedRequest): JsonCall {
  const parameters = parseJson(request.body.toString('utf8') || '{}')
  if (!isObject(parameters))
    throw new AwsError('SerializationException', 'The request body is no JSON object.')
  return {
    operation: (request.headers['x-amz-target'] ?? '').split('.')[1] ?? '',
    parameters,
  }
}

export function jsonResponse(version: '1.0' | '1.1', body: JsonObject, status = 200): ServiceResponse {
  return {
    status,
    headers: { 'Content-Type': `application/x-amz-json-${version}` },
    body: JSON.stringify(body),
  }
}
