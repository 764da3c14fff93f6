/** Lambda's Invoke on the endpoint server. */
import { partition, region } from '../identity.ts'
import { type Functions, functionArnOf, requirePayloadSize } from '../lambda/functions.ts'
import type { InvocationResult } from '../lambda/types.ts'
import { sampleFunction } from '../sample-function.ts'
import { AwsError } from './errors.ts'
import type { Service, ServiceResponse } from './service.ts'

const invokePath = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/

export function lambdaService(functions: Functions): Service {
  return {
    async handle(request, authorize) {
      const url = new URL(request.target, 'http://lambda')
      const name = decodeURIComponent(invokePath.exec(url.pathname)?.[1] ?? '')
      if (request.method !== 'POST' || name === '') {
        throw new AwsError('UnknownOperationException', 'the local stack answers Lambda Invoke only', 404)
      }
      const qualifier = url.searchParams.get('Qualifier') ?? undefined
      const functionArn = invokedArn(name, qualifier)
      authorize({ action: 'lambda:InvokeFunction', resource: functionArn, context: new Map() })
      const target = isOfTheStack(functionArn) ? stackFunction(functions, functionArn) : sample(functionArn)
      return invoke(target, request.headers['x-amz-invocation-type'], request.body.toString('utf8') || '{}')
    },

    describeError(error) {
      return {
        status: error.status,
        headers: {
          'Content-Type': 'application/json',
          'x-amzn-ErrorType': error.code,
        },
        body: JSON.stringify({
          Message: error.message,
          message: error.message,
        }),
      }
    },
  }
}

type Target = {
  readonly version: string
  invoke(event: string): Promise<InvocationResult>
}

function stackFunction(functions: Functions, functionArn: string): Target {
  const target = functions.target(functionArn)
  return { version: target.version, invoke: (event) => functions.invoke(target, event) }
}

function sample(functionArn: string): Target {
  return {
    version: '$LATEST',
    async invoke(event) {
      requirePayloadSize(event)
      return sampleFunction(functionArn, event)
    },
  }
}

async function invoke(target: Target, type: string | undefined, event: string): Promise<ServiceResponse> {
  const headers = {
    'Content-Type': 'application/json',
    'X-Amz-Executed-Version': target.version,
  }
  if (type === 'DryRun') return { status: 204, headers, body: '' }
  if (type === 'Event') {
    // Failures of an asynchronous invocation show in the function's log only; there are no retries here.
    void target.invoke(event).catch(() => {})
    return { status: 202, headers, body: '' }
  }
  const result = await target.invoke(event)
  if (result.kind === 'returned') return { status: 200, headers, body: result.payload }
  return {
    status: 200,
    headers: { ...headers, 'X-Amz-Function-Error': 'Unhandled' },
    body: JSON.stringify(result.error),
  }
}

/**
 * The ARN that is being invoked, and that a policy is asked about: of the account that was named, qualifier included.
 *
 * @param name `name`, `account:function:name` or a whole ARN, each with a qualifier or without
 */
function invokedArn(name: string, qualifier: string | undefined): string {
  const arn = wholeArn(name)
  return qualifier === undefined || /:function:[^:]+:/.test(arn) ? arn : `${arn}:${qualifier}`
}

function wholeArn(name: string): string {
  if (name.startsWith('arn:')) return name
  if (/^\d{12}:function:/.test(name)) return `arn:${partition}:lambda:${region}:${name}`
  return functionArnOf(name)
}

function isOfTheStack(functionArn: string): boolean {
  return functionArn.startsWith(functionArnOf(''))
}
