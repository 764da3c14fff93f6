/** The template's Conditions. */
import { LocalStackError } from '../errors.ts'
import { canonicalJson, isObject, type Json } from '../json.ts'
import { resolve } from './intrinsics.ts'
import type { Scope } from './scope.ts'

/** Evaluates all named conditions into `scope.conditions`; they may refer to each other. */
export function evaluateConditions(conditions: Readonly<Record<string, Json>>, scope: Scope): void {
  const pending = new Set<string>()
  const evaluate = (name: string): void => {
    const definition = conditions[name]
    if (definition === undefined || scope.conditions.has(name)) return
    if (pending.has(name)) throw new LocalStackError(`condition ${name} refers to itself`)
    pending.add(name)
    for (const other of conditionsNamedIn(definition)) evaluate(other)
    scope.conditions.set(name, evaluateCondition(definition, scope, `condition ${name}`))
  }
  for (const name of Object.keys(conditions)) evaluate(name)
}

/**
 * The truth of `{Condition: name}`, `Fn::Equals`, `Fn::And`, `Fn::Or` or `Fn::Not`.
 *
 * @throws LocalStackError for any other function and for an unknown name.
 */
export function evaluateCondition(value: Json, scope: Scope, where: string): boolean {
  const [name, argument] = isObject(value) ? (Object.entries(value)[0] ?? []) : []
  const operands = Array.isArray(argument) ? argument : []
  const holds = (operand: Json) => evaluateCondition(operand, scope, where)
  switch (name) {
    case 'Condition': {
      const known = scope.conditions.get(String(argument))
      if (known === undefined)
        throw new LocalStackError(`${where}: there is no condition ${String(argument)}`)
      return known
    }
    case 'Fn::Equals': {
      const [left = '', right = ''] = operands.map((operand) => canonicalJson(resolve(operand, scope, where)))
      return left === right
    }
    case 'Fn::And':
      return operands.every(holds)
    case 'Fn::Or':
      return operands.some(holds)
    case 'Fn::Not':
      return !operands.every(holds)
    default:
      throw new LocalStackError(`${where}: ${name ?? JSON.stringify(value)} is no condition function`)
  }
}

function conditionsNamedIn(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(conditionsNamedIn)
  if (!isObject(value)) return []
  if (typeof value.Condition === 'string') return [value.Condition]
  return Object.values(value).flatMap(conditionsNamedIn)
}
