/**
 * A function of the team's own, played: what stands behind Scrip's proxy in another account.
 *
 * Who may call it is for the caller's policy to say. It tells what reached it.
 */
import type { InvocationResult } from './lambda/types.ts'

/**
 * Answers as a function behind API Gateway's Lambda proxy integration.
 *
 * @param functionArn as it was invoked
 * @param event JSON text
 */
export function sampleFunction(functionArn: string, event: string): InvocationResult {
  const body = JSON.stringify({ service: 'sample', function: functionArn, event: JSON.parse(event) })
  const headers = { 'Content-Type': 'application/json' }
  return { kind: 'returned', payload: JSON.stringify({ statusCode: 200, headers, body }) }
}
