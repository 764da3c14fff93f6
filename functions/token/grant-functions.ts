import { type Environment, grantFunctionVariable, requireVariable } from '../../shared/config/environment.ts'
import type { Config } from '../../shared/config/types.ts'
import { isGrantType } from '../../shared/protocol/grant-types.ts'

/**
 * Which function serves which `grant_type` in this deployment.
 *
 * @returns alias ARNs by grant type; a Map, so that no name a stranger sends finds anything else
 * @throws Error naming the variable that the stack failed to set
 */
export function grantFunctions({ grants }: Config, environment: Environment): ReadonlyMap<string, string> {
  const offered = Object.keys(grants).filter(isGrantType)
  return new Map(offered.map((name) => [name, requireVariable(environment, grantFunctionVariable(name))]))
}
