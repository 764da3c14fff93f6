/**
 * CloudFormation's intrinsic functions.
 *
 * `resolve` turns a value of the template into plain JSON. A function that is not listed here stops the
 * start: guessing would run another stack than the one that is deployed.
 */
import { LocalStackError } from '../errors.ts'
import { isObject, type Json } from '../json.ts'
import { evaluateCondition } from './conditions.ts'
import { noValue, type Scope } from './scope.ts'

export type Resolved = Json | typeof noValue

type Intrinsic = (argument: Json, scope: Scope, where: string) => Resolved

const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, scope, where) => reference(text(argument, where), scope, where),
  'Fn::GetAtt': getAttribute,
  'Fn::Sub': substitute,
  'Fn::Join': join,
  'Fn::Select': select,
  'Fn::Split': split,
  'Fn::If': choose,
  'Fn::FindInMap': findInMap,
  'Fn::Base64': (argument, scope, where) =>
    Buffer.from(text(resolve(argument, scope, where), where)).toString('base64'),
}

/**
 * Plain JSON for a value of the template.
 *
 * @param where names the value in messages, such as `TokenFunction.Code.S3Key`
 * @throws LocalStackError for an unknown function, name or attribute.
 */
export function resolve(value: Json, scope: Scope, where: string): Json {
  const resolved = resolveOrNothing(value, scope, where)
  if (resolved === noValue) throw new LocalStackError(`${where}: AWS::NoValue stands where a value is needed`)
  return resolved
}

function resolveOrNothing(value: Json, scope: Scope, where: string): Resolved {
  if (Array.isArray(value)) {
    const items = value.map((item: Json, index) => resolveOrNothing(item, scope, `${where}[${index}]`))
    return items.filter((item) => item !== noValue)
  }
  if (!isObject(value)) return value
  const keys = Object.keys(value)
  const name = keys.find((key) => key === 'Ref' || key.startsWith('Fn::'))
  if (name !== undefined && keys.length === 1) {
    const intrinsic = intrinsics[name]
    if (!intrinsic) throw new LocalStackError(`${where}: ${name} is not supported by the local stack`)
    return intrinsic(value[name] ?? null, scope, where)
  }
  const members: Record<string, Json> = {}
  for (const [key, member] of Object.entries(value)) {
    const resolved = resolveOrNothing(member, scope, `${where}.${key}`)
    if (resolved !== noValue) members[key] = resolved
  }
  return members
}

function reference(name: string, scope: Scope, where: string): Resolved {
  if (name === 'AWS::NoValue') return noValue
  const resource = scope.resources.get(name)
  if (resource) return resource.ref
  const value = scope.values.get(name)
  if (value === undefined)
    throw new LocalStackError(`${where}: Ref names ${name}, which the template does not have`)
  return value
}

function getAttribute(argument: Json, scope: Scope, where: string): Json {
  const parts = Array.isArray(argument)
    ? argument.map((part) => text(part, where))
    : text(argument, where).split('.')
  const [logicalId = '', ...rest] = parts
  const attribute = rest.join('.')
  const resource = scope.resources.get(logicalId)
  if (!resource)
    throw new LocalStackError(`${where}: Fn::GetAtt names ${logicalId}, which the template does not have`)
  const value = resource.attributes?.[attribute]
  if (value === undefined)
    throw new LocalStackError(`${where}: the local stack knows no ${logicalId}.${attribute}`)
  return value
}

function substitute(argument: Json, scope: Scope, where: string): string {
  const [template, own] = Array.isArray(argument) ? argument : [argument, {}]
  const locals = isObject(own) ? own : {}
  return text(template, where).replace(/\$\{(!?)([^}]*)\}/g, (_match, literal: string, name: string) => {
    if (literal) return `\${${name}}`
    const local = locals[name]
    if (local !== undefined) return scalar(resolve(local, scope, where), where)
    const value = name.includes('.') ? getAttribute(name, scope, where) : reference(name, scope, where)
    return scalar(value, where)
  })
}

function join(argument: Json, scope: Scope, where: string): string {
  const [separator, items] = pair(argument, where, 'Fn::Join')
  const list = resolve(items, scope, where)
  if (!Array.isArray(list)) throw new LocalStackError(`${where}: Fn::Join needs a list`)
  return list.map((item) => scalar(item, where)).join(text(separator, where))
}

function select(argument: Json, scope: Scope, where: string): Json {
  const [index, items] = pair(argument, where, 'Fn::Select')
  const list = resolve(items, scope, where)
  const position = Number(resolve(index, scope, where))
  const item: Json | undefined = Array.isArray(list) ? list[position] : undefined
  if (item === undefined) throw new LocalStackError(`${where}: Fn::Select finds no item ${position}`)
  return item
}

function split(argument: Json, scope: Scope, where: string): Json {
  const [separator, source] = pair(argument, where, 'Fn::Split')
  return text(resolve(source, scope, where), where).split(text(separator, where))
}

function choose(argument: Json, scope: Scope, where: string): Resolved {
  if (!Array.isArray(argument) || argument.length !== 3)
    throw new LocalStackError(`${where}: Fn::If needs three values`)
  const [condition = null, whenTrue = null, whenFalse = null] = argument
  const holds = evaluateCondition({ Condition: condition }, scope, where)
  return resolveOrNothing(holds ? whenTrue : whenFalse, scope, where)
}

function findInMap(argument: Json, scope: Scope, where: string): Json {
  const path = resolve(argument, scope, where)
  let value: Json | undefined = scope.mappings
  for (const key of Array.isArray(path) ? path : []) value = isObject(value) ? value[String(key)] : undefined
  if (value === undefined) throw new LocalStackError(`${where}: Fn::FindInMap finds nothing`)
  return value
}

function pair(argument: Json, where: string, name: string): readonly [Json, Json] {
  if (!Array.isArray(argument) || argument.length !== 2)
    throw new LocalStackError(`${where}: ${name} needs two values`)
  return [argument[0] ?? null, argument[1] ?? null]
}

function text(value: Json, where: string): string {
  if (typeof value !== 'string')
    throw new LocalStackError(`${where}: a text is needed, not ${JSON.stringify(value)}`)
  return value
}

function scalar(value: Resolved, where: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value)
  throw new LocalStackError(
    `${where}: a text is needed, not ${value === noValue ? 'AWS::NoValue' : JSON.stringify(value)}`,
  )
}
