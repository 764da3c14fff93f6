/** What a Lambda authorizer returns, and what API Gateway makes of it. */
import { LocalStackError } from '../errors.ts'
import { evaluate, parsePolicy } from '../iam/policy.ts'
import { isObject, type Json, parseJson } from '../json.ts'

export type AuthorizerResult = {
  readonly allowed: boolean
  readonly principalId: string
  /** All values as texts. */
  readonly context: Readonly<Record<string, string>>
  readonly usageIdentifierKey?: string
}

/**
 * API Gateway's documented limit for WebSocket APIs. For REST APIs no page names one, and 8 KB was seen to
 * pass; who stays below is on the safe side of both.
 */
const resultLimitBytes = 8192

const members = ['principalId', 'policyDocument', 'context', 'usageIdentifierKey']

/** `$context.authorizer.*` has these from API Gateway itself; which of the two counts is told nowhere. */
const reserved = new Set([
  'claims',
  'error',
  'integrationLatency',
  'integrationStatus',
  'latency',
  'principalId',
  'requestId',
  'status',
])

/**
 * Reads an authorizer's result and evaluates its policy.
 *
 * @param payload JSON text
 * @param methodArn the request, as the policy is asked about it
 * @throws LocalStackError for what API Gateway answers with AUTHORIZER_CONFIGURATION_ERROR
 */
export function readAuthorizerResult(payload: string, methodArn: string): AuthorizerResult {
  const bytes = Buffer.byteLength(payload)
  if (bytes > resultLimitBytes) fail(`the result has ${bytes} bytes, more than ${resultLimitBytes}`)
  const result = parseJson(payload)
  if (!isObject(result)) return fail('the result is no object')
  const unknown = Object.keys(result).find((name) => !members.includes(name))
  if (unknown !== undefined) fail(`${unknown} does not belong into the result`)
  const { principalId, policyDocument = null, usageIdentifierKey = null } = result
  if (typeof principalId !== 'string' || principalId === '') return fail('principalId is no text')
  if (usageIdentifierKey !== null && typeof usageIdentifierKey !== 'string') {
    return fail('usageIdentifierKey is no text')
  }
  const statements = parsePolicy(policyDocument, 'policyDocument')
  const access = { action: 'execute-api:Invoke', resource: methodArn, context: new Map() }
  return {
    allowed: evaluate(statements, access) === 'allowed',
    principalId,
    context: readContext(result.context ?? {}),
    ...(usageIdentifierKey === null ? {} : { usageIdentifierKey }),
  }
}

function readContext(context: Json): Readonly<Record<string, string>> {
  if (!isObject(context)) return fail('context is no object')
  const entries = Object.entries(context).map(([name, value]): [string, string] => {
    if (reserved.has(name)) fail(`context.${name} is a name of API Gateway’s own`)
    if (!['string', 'number', 'boolean'].includes(typeof value)) {
      fail(`context.${name} is neither text nor number nor truth value`)
    }
    return [name, String(value)]
  })
  return Object.fromEntries(entries)
}

function fail(fault: string): never {
  throw new LocalStackError(fault)
}
