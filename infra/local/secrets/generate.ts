/** The `GenerateSecretString` property of a secret. */
import { randomInt } from 'node:crypto'
import { isObject, parseJson } from '../json.ts'
import type { Properties } from '../template/properties.ts'

const lower = 'abcdefghijklmnopqrstuvwxyz'
const digits = '0123456789'
const punctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'

/** A random text as the property describes it; by default 32 characters of every type. */
export function generateSecretString(property: Properties): string {
  const excluded = new Set(property.optionalString('ExcludeCharacters') ?? '')
  const groups = [
    property.boolean('ExcludeLowercase', false) ? '' : lower,
    property.boolean('ExcludeUppercase', false) ? '' : lower.toUpperCase(),
    property.boolean('ExcludeNumbers', false) ? '' : digits,
    property.boolean('ExcludePunctuation', false) ? '' : punctuation,
    property.boolean('IncludeSpace', false) ? ' ' : '',
  ].map((group) => [...group].filter((character) => !excluded.has(character)))
  const alphabet = groups.flat()
  const length = property.optionalNumber('PasswordLength') ?? 32
  const each = property.boolean('RequireEachIncludedType', true)
    ? groups.filter((group) => group.length > 0)
    : []
  const draw = (characters: readonly string[]) => characters[randomInt(characters.length)] ?? ''
  const rest = Array.from({ length: Math.max(0, length - each.length) }, () => draw(alphabet))
  const password = shuffle([...each.map(draw), ...rest]).join('')

  const template = property.optionalString('SecretStringTemplate')
  const key = property.optionalString('GenerateStringKey')
  const base = template === undefined ? undefined : parseJson(template)
  return isObject(base) && key !== undefined ? JSON.stringify({ ...base, [key]: password }) : password
}

function shuffle(characters: string[]): string[] {
  for (let index = characters.length - 1; index > 0; index -= 1) {
    const other = randomInt(index + 1)
    const moved = characters[index] ?? ''
    characters[index] = characters[other] ?? ''
    characters[other] = moved
  }
  return characters
}
