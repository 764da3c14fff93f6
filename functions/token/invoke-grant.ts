import { setTimeout as sleep } from 'node:timers/promises'
import { InvokeCommand, LambdaClient, TooManyRequestsException } from '@aws-sdk/client-lambda'
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda'

/** A grant has 10 s and this router 12 s: an answer that is not here by then will not come. */
const ANSWER_MILLISECONDS = 11_000
/** Waits before a throttled invocation is tried again. */
const RETRY_MILLISECONDS = [50, 150, 400]

/** Without retries of its own: the SDK would repeat a request that may have consumed a code already. */
export function connectLambda(): LambdaClient {
  return new LambdaClient({
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: 1_000,
      requestTimeout: ANSWER_MILLISECONDS,
      throwOnRequestTimeout: true,
    },
  })
}

/**
 * Hands a request to a grant's function and gives its answer back as it is.
 *
 * @throws TooManyRequestsException when Lambda still throttles after all retries; nothing has run then
 * @throws Error when the function failed; what it said is in its own log, not here
 */
export async function invokeGrant(
  lambda: LambdaClient,
  functionArn: string,
  event: APIGatewayProxyEvent,
): Promise<APIGatewayProxyResult> {
  const { FunctionError, Payload } = await invoke(lambda, functionArn, JSON.stringify(event))
  if (FunctionError !== undefined) throw new Error(`the function ${functionArn} failed: ${FunctionError}`)
  const result = parseJson(Payload?.transformToString() ?? '')
  if (!isProxyResult(result)) throw new Error(`the function ${functionArn} gave no response`)
  return result
}

/** Only a throttle is tried again, since then nothing ran. */
async function invoke(lambda: LambdaClient, functionArn: string, payload: string) {
  const command = new InvokeCommand({
    FunctionName: functionArn,
    Payload: payload,
  })
  for (const pause of RETRY_MILLISECONDS)
    try {
      return await lambda.send(command)
    } catch (error) {
      if (!(error instanceof TooManyRequestsException)) throw error
      await sleep(pause)
    }
  return lambda.send(command)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // JSON.parse quotes its input in the error, which would put a token in the log
  }
}

function isProxyResult(value: unknown): value is APIGatewayProxyResult {
  return typeof value === 'object' && value !== null && 'statusCode' in value && 'body' in value
}
