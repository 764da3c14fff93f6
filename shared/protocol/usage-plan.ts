/** Names of API Gateway's usage plans, by which they are looked up. */

/**
 * @param stackName of the deployment
 * @param tier a rate tier; without one, the plan of callers that have no API key of their own
 */
export function usagePlanName(stackName: string, tier?: string): string {
  return tier === undefined ? `${stackName}-fallback` : `${stackName}-tier-${tier}`
}

/** The plan that all callers over their rate share. */
export function overLimitPlanName(stackName: string): string {
  return `${stackName}-over-limit`
}
