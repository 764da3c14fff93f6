/** IAM policy documents: parsed once at the start, where every fault is found, and evaluated for each call. */
import { LocalStackError } from '../errors.ts'
import { isObject, type Json } from '../json.ts'
import { type Condition, conditionHolds, parseConditions, type RequestContext } from './conditions.ts'
import { matchesArn, matchesWildcard } from './wildcard.ts'

export type Statement = {
  readonly effect: 'Allow' | 'Deny'
  readonly actions: Patterns
  readonly resources: Patterns
  readonly conditions: readonly Condition[]
}

/** Patterns of `Action`/`Resource`, or of `NotAction`/`NotResource` when negated. */
export type Patterns = {
  readonly negated: boolean
  readonly patterns: readonly string[]
}

/** One call, as far as a policy asks about it. */
export type Access = {
  readonly action: string
  readonly resource: string
  readonly context: RequestContext
}

/** Why a call is let through or not. */
export type Decision = 'allowed' | 'explicitly denied' | 'not allowed'

/**
 * The statements of an identity policy.
 *
 * @param where names the policy in messages
 * @throws LocalStackError for whatever IAM would call malformed, and for what the local stack cannot evaluate.
 */
export function parsePolicy(document: Json, where: string): readonly Statement[] {
  return statementsOf(document, where).map((statement, index) => {
    const place = `${where}, statement ${index + 1}`
    assertElements(
      statement,
      ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'],
      place,
    )
    return {
      effect: parseEffect(statement.Effect, place),
      actions: parsePatterns(statement, 'Action', place, isAction),
      resources: parsePatterns(statement, 'Resource', place, isResource),
      conditions: statement.Condition === undefined ? [] : parseConditions(statement.Condition, place),
    }
  })
}

/** The statements of a document of a known version, each an object. */
export function statementsOf(document: Json, where: string): ReadonlyArray<{ readonly [key: string]: Json }> {
  if (!isObject(document)) throw new LocalStackError(`${where}: the policy document is no object`)
  assertElements(document, ['Version', 'Id', 'Statement'], where)
  if (document.Version !== '2012-10-17') throw new LocalStackError(`${where}: Version must be 2012-10-17`)
  const statements = [document.Statement ?? []].flat()
  if (statements.length === 0) throw new LocalStackError(`${where}: the policy has no statement`)
  return statements.map((statement, index) => {
    if (!isObject(statement)) throw new LocalStackError(`${where}: statement ${index + 1} is no object`)
    return statement
  })
}

export function parseEffect(effect: Json | undefined, where: string): 'Allow' | 'Deny' {
  if (effect === 'Allow' || effect === 'Deny') return effect
  throw new LocalStackError(`${where}: Effect must be Allow or Deny`)
}

export function assertElements(value: object, known: readonly string[], where: string): void {
  const unknown = Object.keys(value).find((key) => !known.includes(key))
  if (unknown !== undefined) throw new LocalStackError(`${where}: ${unknown} does not belong here`)
}

/** A deny anywhere decides; then an allow anywhere; nothing is allowed by default. */
export function evaluate(statements: readonly Statement[], access: Access): Decision {
  const applying = statements.filter((statement) => applies(statement, access))
  if (applying.some(({ effect }) => effect === 'Deny')) return 'explicitly denied'
  return applying.length > 0 ? 'allowed' : 'not allowed'
}

function applies(statement: Statement, { action, resource, context }: Access): boolean {
  // Actions are matched without regard to case, resources with it.
  const fitsAction = (pattern: string) => matchesWildcard(pattern.toLowerCase(), action.toLowerCase())
  const fitsResource = (pattern: string) => pattern === '*' || matchesArn(pattern, resource)
  return (
    covers(statement.actions, fitsAction) &&
    covers(statement.resources, fitsResource) &&
    statement.conditions.every((condition) => conditionHolds(condition, context))
  )
}

function covers({ negated, patterns }: Patterns, fits: (pattern: string) => boolean): boolean {
  return patterns.some(fits) !== negated
}

function parsePatterns(
  statement: { readonly [key: string]: Json },
  element: 'Action' | 'Resource',
  where: string,
  isValid: (pattern: string) => boolean,
): Patterns {
  const negated = statement[`Not${element}`] !== undefined
  const value = statement[negated ? `Not${element}` : element]
  if (value === undefined || (negated && statement[element] !== undefined)) {
    throw new LocalStackError(`${where}: needs either ${element} or Not${element}`)
  }
  const patterns = [value].flat()
  if (patterns.length === 0) throw new LocalStackError(`${where}: ${element} is empty`)
  for (const pattern of patterns) {
    if (typeof pattern !== 'string' || !isValid(pattern)) {
      throw new LocalStackError(`${where}: ${JSON.stringify(pattern)} is no ${element}`)
    }
  }
  return { negated, patterns: patterns.map(String) }
}

function isAction(pattern: string): boolean {
  return pattern === '*' || /^[a-z0-9-]+:[A-Za-z0-9*?]+$/i.test(pattern)
}

function isResource(pattern: string): boolean {
  // A policy variable (`${aws:username}`) would have to be filled in for each call.
  return pattern === '*' || (/^arn:[^:]*:[^:]*:[^:]*:[^:]*:.+$/.test(pattern) && !pattern.includes('${'))
}
