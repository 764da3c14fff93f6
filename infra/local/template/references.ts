/** Which resources a value of the template refers to, whether or not they exist. */
import { isObject, type Json } from '../json.ts'

const placeholder = /\$\{(?!!)([^}]*)\}/g

/** Every logical id that `Ref`, `Fn::GetAtt` and `Fn::Sub` name inside `value`; parameters included. */
export function referencesIn(value: Json): ReadonlySet<string> {
  const found = new Set<string>()
  collect(value, found)
  return found
}

function collect(value: Json, found: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collect(item, found)
  if (!isObject(value)) return
  if (typeof value.Ref === 'string') found.add(value.Ref)
  const attribute = value['Fn::GetAtt']
  if (attribute !== undefined) found.add(attributeOwner(attribute))
  const substitution = value['Fn::Sub']
  if (substitution !== undefined) for (const name of substitutionOwners(substitution)) found.add(name)
  for (const member of Object.values(value)) collect(member, found)
}

function attributeOwner(value: Json): string {
  const first = Array.isArray(value) ? value[0] : value
  return typeof first === 'string' ? (first.split('.')[0] ?? '') : ''
}

function substitutionOwners(value: Json): string[] {
  const text = Array.isArray(value) ? value[0] : value
  const local = Array.isArray(value) && isObject(value[1]) ? value[1] : {}
  if (typeof text !== 'string') return []
  const names = [...text.matchAll(placeholder)].map((match) => match[1]?.split('.')[0] ?? '')
  return names.filter((name) => !(name in local))
}
