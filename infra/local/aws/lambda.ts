/** Lambda's Invoke on the endpoint server. */
import type { Functions, InvocationTarget } from '../lambda/functions.ts'
import { functionArnOf } from '../lambda/functions.ts'
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
      authorize({
        action: 'lambda:InvokeFunction',
        resource: resourceOf(name, qualifier),
        context: new Map(),
      })
      const target = functions.target(name, qualifier)
      return invoke(
        functions,
        target,
        request.headers['x-amz-invocation-type'],
        request.body.toString('utf8') || '{}',
      )
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

async function invoke(
  functions: Functions,
  target: InvocationTarget,
  type: string | undefined,
  event: string,
): Promise<ServiceResponse> {
  const headers = {
    'Content-Type': 'application/json',
    'X-Amz-Executed-Version': target.version,
  }
  if (type === 'DryRun') return { status: 204, headers, body: '' }
  if (type === 'Event') {
    // Failures of an asynchronous invocation show in the function's log only; there are no retries here.
    void functions.invoke(target, event).catch(() => {})
    return { status: 202, headers, body: '' }
  }
  const result = await functions.invoke(target, event)
  if (result.kind === 'returned') return { status: 200, headers, body: result.payload }
  return {
    status: 200,
    headers: { ...headers, 'X-Amz-Function-Error': 'Unhandled' },
    body: JSON.stringify(result.error),
  }
}

/** The ARN that a policy is asked about: exactly the one that is being invoked, qualifier included. */
function resourceOf(name: string, qualifier: string | undefined): string {
  const bare = name.replace(/^(?:arn:aws:lambda:[^:]*:)?(?:\d{12}:)?function:/, '')
  const arn = functionArnOf(bare)
  return qualifier === undefined || bare.includes(':') ? arn : `${arn}:${qualifier}`
}
