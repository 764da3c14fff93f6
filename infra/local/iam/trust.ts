/** A role's trust policy: which AWS services may assume it. */
import { LocalStackError } from '../errors.ts'
import { isObject, type Json } from '../json.ts'
import { assertElements, parseEffect, statementsOf } from './policy.ts'

/**
 * The service principals that may assume the role, such as `lambda.amazonaws.com`.
 *
 * @throws LocalStackError for a statement that is more than "these services may sts:AssumeRole".
 */
export function trustedServices(document: Json, where: string): ReadonlySet<string> {
  const services = new Set<string>()
  for (const [index, statement] of statementsOf(document, where).entries()) {
    const place = `${where}, statement ${index + 1}`
    assertElements(statement, ['Sid', 'Effect', 'Action', 'Principal'], place)
    if (parseEffect(statement.Effect, place) === 'Deny')
      throw new LocalStackError(`${place}: Deny is not supported`)
    if ([statement.Action ?? []].flat().join() !== 'sts:AssumeRole') {
      throw new LocalStackError(`${place}: only sts:AssumeRole is supported`)
    }
    const principal = isObject(statement.Principal) ? statement.Principal : {}
    assertElements(principal, ['Service'], `${place}, Principal`)
    for (const service of [principal.Service ?? []].flat()) services.add(String(service))
  }
  return services
}
