/** An upstream that is a function, which knows us by IAM and takes API Gateway's own events. */
import type { LambdaUpstream } from '../../../shared/config/types.ts'
import { withinSeconds } from './deadline.ts'
import { requestTooLarge, upstreamBusy, upstreamFailed } from './failures.ts'
import { functionEvent } from './function-event.ts'
import { readFunctionResult } from './function-result.ts'
import type { Invocation } from './invoke-function.ts'
import type { Upstream, UpstreamAnswer } from './types.ts'

export type Invoke = (functionArn: string, payload: string, signal: AbortSignal) => Promise<Invocation>

/**
 * Calls a function. Its 401 is passed on, unlike that of an https upstream: no secret of ours is at stake.
 *
 * When its time is up, the function runs on: Lambda knows no way to end it.
 */
export function lambdaUpstream(
  name: string,
  { functionArn, timeoutSeconds }: LambdaUpstream,
  invoke: Invoke,
): Upstream {
  return async (request) => {
    const payload = JSON.stringify(functionEvent(request))
    const invocation = await withinSeconds(name, timeoutSeconds, (signal) =>
      invoke(functionArn, payload, signal),
    )
    return answerOf(name, invocation)
  }
}

function answerOf(name: string, invocation: Invocation): UpstreamAnswer {
  switch (invocation.kind) {
    case 'throttled':
      throw upstreamBusy(name)
    case 'too large':
      throw requestTooLarge()
    case 'failed':
      throw upstreamFailed(name, invocation.reason)
    case 'answered': {
      const answer = readFunctionResult(invocation.payload)
      if (!answer) throw upstreamFailed(name, 'the function gave no response')
      return answer
    }
  }
}
