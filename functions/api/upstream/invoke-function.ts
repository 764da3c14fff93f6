/** Invoking a function of the team's own. */
import { setTimeout as sleep } from 'node:timers/promises'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { nameOf } from './failures.ts'
import { closingRested } from './rested-connections.ts'

/** Waits before a throttled invocation is tried again. */
const RETRY_MILLISECONDS = [50, 150, 400]

/** What Lambda calls it when it did not run the function, since too many run already. */
const throttles = new Set(['TooManyRequestsException', 'EC2ThrottledException'])

/** What came of an invocation. */
export type Invocation =
  | { readonly kind: 'answered'; readonly payload: string }
  | { readonly kind: 'failed'; readonly reason: string }
  /** Nothing has run. */
  | { readonly kind: 'throttled' }
  | { readonly kind: 'too large' }

/** What is needed of the SDK's client. */
export type Lambda = Pick<LambdaClient, 'send'>

/** Without retries of its own: the SDK would repeat what may have been done. The caller's signal ends a wait. */
export function connectLambda(): Lambda {
  const httpsAgent = new (process.getBuiltinModule('node:https').Agent)({ keepAlive: true })
  const closeRested = closingRested(httpsAgent)
  const lambda = new LambdaClient({
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 1_000, httpsAgent },
  })
  lambda.middlewareStack.add(
    (next) => (request) => {
      closeRested()
      return next(request)
    },
    { step: 'finalizeRequest', name: 'closeRested' },
  )
  return lambda
}

/** Only a throttle is tried again, since then nothing ran. It throws only what the signal makes it throw. */
export async function invokeFunction(
  lambda: Lambda,
  functionArn: string,
  payload: string,
  signal: AbortSignal,
): Promise<Invocation> {
  for (const pause of RETRY_MILLISECONDS) {
    const outcome = await invokeOnce(lambda, functionArn, payload, signal)
    if (outcome.kind !== 'throttled') return outcome
    await sleep(pause, undefined, { signal })
  }
  return invokeOnce(lambda, functionArn, payload, signal)
}

async function invokeOnce(
  lambda: Lambda,
  functionArn: string,
  payload: string,
  signal: AbortSignal,
): Promise<Invocation> {
  try {
    const command = new InvokeCommand({ FunctionName: functionArn, Payload: payload })
    const { FunctionError, Payload } = await lambda.send(command, { abortSignal: signal })
    // What it said of its error is in its own log, not here.
    if (FunctionError !== undefined)
      return { kind: 'failed', reason: `the function failed: ${FunctionError}` }
    return { kind: 'answered', payload: Payload?.transformToString() ?? '' }
  } catch (error) {
    signal.throwIfAborted()
    const name = error instanceof Error ? error.name : ''
    if (throttles.has(name)) return { kind: 'throttled' }
    if (name === 'RequestTooLargeException') return { kind: 'too large' }
    return { kind: 'failed', reason: nameOf(error) }
  }
}
