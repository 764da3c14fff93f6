import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda'
import { log } from '../../shared/http/log.ts'

/** One resource a deployment, whatever its template calls it. */
const PHYSICAL_ID = 'scrip-keys'
/** CloudFormation reads the reason out to the operator; it takes 4 KB of answer in all. */
const MAX_REASON_LENGTH = 1_000

/**
 * A Lambda-backed custom resource.
 *
 * Create and Update make sure of the resource; Delete leaves it, since the keys outlive the stack as its
 * tables do. Whatever happens, CloudFormation gets an answer: without one it would wait for an hour.
 *
 * @param ensure makes sure of the resource; safe to repeat
 */
export function customResource(ensure: () => Promise<void>) {
  return async (event: CloudFormationCustomResourceEvent, context: Context): Promise<void> => {
    try {
      if (event.RequestType !== 'Delete') await ensure()
      await answer(event, { Status: 'SUCCESS' })
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'not an Error'
      log.addContext(context)
      log.error('custom resource failed', error instanceof Error ? { reason, cause: error } : { reason })
      await answer(event, {
        Status: 'FAILED',
        Reason: `${reason.slice(0, MAX_REASON_LENGTH)} (log stream ${context.logStreamName})`,
      })
    }
  }
}

type Outcome = { readonly Status: 'SUCCESS' } | { readonly Status: 'FAILED'; readonly Reason: string }

/** Puts the answer to the address that CloudFormation gave. */
async function answer(event: CloudFormationCustomResourceEvent, outcome: Outcome): Promise<void> {
  const { StackId, RequestId, LogicalResourceId } = event
  const body = {
    ...outcome,
    PhysicalResourceId: PHYSICAL_ID,
    StackId,
    RequestId,
    LogicalResourceId,
  }
  const response = await fetch(event.ResponseURL, {
    method: 'PUT',
    // The address is signed without a content type.
    headers: { 'content-type': '' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  })
  if (!response.ok) throw new Error(`CloudFormation took no answer: status ${response.status}`)
}
