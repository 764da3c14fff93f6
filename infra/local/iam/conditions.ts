/**
 * IAM's condition operators and keys, as far as the local stack can answer for them.
 *
 * An operator or key outside these lists stops the start. Taking it as fulfilled would allow what AWS
 * refuses; taking it as unfulfilled would hide a Deny.
 */
import { LocalStackError } from '../errors.ts'
import { isObject, type Json } from '../json.ts'
import { matchesArn, matchesWildcard } from './wildcard.ts'

/** Values of the context keys of one request, by lower-case name; an absent key has no entry. */
export type RequestContext = ReadonlyMap<string, readonly string[]>

export type Condition = {
  readonly key: string
  readonly values: readonly string[]
  readonly quantifier: 'one' | 'all' | 'any'
  readonly ifExists: boolean
  readonly operator: Operator
}

type Operator = {
  /** Whether one value of the request fits one value of the policy. */
  readonly fits: (expected: string, actual: string) => boolean
  /** A negated operator holds when no value of the policy fits, and for an absent key. */
  readonly negated?: boolean
  /** `Null` asks for the key itself. */
  readonly presence?: boolean
}

const equal = (expected: string, actual: string) => expected === actual
const equalIgnoringCase = (expected: string, actual: string) =>
  expected.toLowerCase() === actual.toLowerCase()

const operators: Readonly<Record<string, Operator>> = {
  StringEquals: { fits: equal },
  StringNotEquals: { fits: equal, negated: true },
  StringEqualsIgnoreCase: { fits: equalIgnoringCase },
  StringNotEqualsIgnoreCase: { fits: equalIgnoringCase, negated: true },
  StringLike: { fits: matchesWildcard },
  StringNotLike: { fits: matchesWildcard, negated: true },
  // IAM lets ArnEquals take wildcards, too: the two pairs behave identically.
  ArnEquals: { fits: matchesArn },
  ArnLike: { fits: matchesArn },
  ArnNotEquals: { fits: matchesArn, negated: true },
  ArnNotLike: { fits: matchesArn, negated: true },
  Bool: { fits: equalIgnoringCase },
  Null: { fits: equalIgnoringCase, presence: true },
}

const suppliedKeys = new Set([
  'aws:sourcearn',
  'aws:sourceaccount',
  'aws:principalarn',
  'dynamodb:attributes',
  'dynamodb:leadingkeys',
  'dynamodb:returnvalues',
  'dynamodb:select',
  'secretsmanager:versionstage',
  'secretsmanager:secretid',
])

/**
 * Reads a `Condition` block.
 *
 * @throws LocalStackError for an operator, a key or a variable that the local stack cannot answer for.
 */
export function parseConditions(block: Json, where: string): readonly Condition[] {
  if (!isObject(block)) throw new LocalStackError(`${where}: Condition is no object`)
  return Object.entries(block).flatMap(([name, keys]) => {
    if (!isObject(keys)) throw new LocalStackError(`${where}: Condition.${name} is no object`)
    return Object.entries(keys).map(([key, values]) => parseCondition(name, key, values, where))
  })
}

function parseCondition(name: string, key: string, values: Json, where: string): Condition {
  const [, prefix, base = '', suffix] = /^(?:(ForAllValues|ForAnyValue):)?(.*?)(IfExists)?$/.exec(name) ?? []
  const operator = Object.hasOwn(operators, base) ? operators[base] : undefined
  if (!operator) throw new LocalStackError(`${where}: the local stack knows no condition operator ${name}`)
  if (!suppliedKeys.has(key.toLowerCase())) {
    throw new LocalStackError(`${where}: the local stack cannot supply the condition key ${key}`)
  }
  const texts = [values].flat().map(String)
  if (texts.some((text) => text.includes('${'))) {
    throw new LocalStackError(`${where}: policy variables are not supported by the local stack (${key})`)
  }
  const quantifier = prefix === 'ForAllValues' ? 'all' : prefix === 'ForAnyValue' ? 'any' : 'one'
  return {
    key: key.toLowerCase(),
    values: texts,
    quantifier,
    ifExists: suffix !== undefined,
    operator,
  }
}

/** Whether a request fulfils a condition. */
export function conditionHolds(condition: Condition, context: RequestContext): boolean {
  const { operator, values, quantifier } = condition
  const actual = context.get(condition.key)
  if (operator.presence) return values.some((value) => operator.fits(value, String(actual === undefined)))
  if (actual === undefined || actual.length === 0) {
    if (quantifier === 'any') return false
    return condition.ifExists || quantifier === 'all' || operator.negated === true
  }
  const fitsSome = (value: string) => values.some((expected) => operator.fits(expected, value))
  const holds = (value: string) => (operator.negated ? !fitsSome(value) : fitsSome(value))
  if (quantifier === 'all') return actual.every(holds)
  // A negated operator over several values without quantifier: none of them may fit.
  if (quantifier === 'one' && operator.negated) return actual.every(holds)
  return actual.some(holds)
}
