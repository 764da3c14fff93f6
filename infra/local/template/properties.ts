/**
 * A resource's properties, read strictly.
 *
 * A provider reads what it understands and says what it leaves aside and why. Whatever it neither read nor
 * left aside stops the start: an unnoticed property might change what AWS does.
 */
import { LocalStackError } from '../errors.ts'
import { isObject, type Json, type JsonObject } from '../json.ts'

export class Properties {
  readonly #values: JsonObject
  readonly #where: string
  readonly #noticed = new Set<string>()
  readonly #children: Properties[] = []

  /** @param where names these properties in messages: the logical id, then the path. */
  constructor(values: JsonObject, where: string) {
    this.#values = values
    this.#where = where
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined
  }

  string(name: string): string {
    return this.optionalString(name) ?? this.#fail(name, 'is missing')
  }

  optionalString(name: string): string | undefined {
    const value = this.#take(name)
    if (value === undefined) return undefined
    if (typeof value === 'string') return value
    if (typeof value === 'number' || typeof value === 'boolean') return String(value)
    return this.#fail(name, 'is no text')
  }

  /** A number; CloudFormation takes its digits as text, too. */
  optionalNumber(name: string): number | undefined {
    const value = this.#take(name)
    if (value === undefined) return undefined
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
    return typeof number === 'number' && Number.isFinite(number) ? number : this.#fail(name, 'is no number')
  }

  /** A truth value; CloudFormation takes "true" and "false" as text, too. */
  boolean(name: string, otherwise: boolean): boolean {
    const value = this.#take(name)
    if (value === undefined) return otherwise
    if (value === true || value === 'true') return true
    if (value === false || value === 'false') return false
    return this.#fail(name, 'is neither true nor false')
  }

  /** A list of texts; empty when the property is absent. */
  strings(name: string): readonly string[] {
    const value = this.#take(name) ?? []
    if (!Array.isArray(value)) return this.#fail(name, 'is no list')
    return value.map((item: Json) =>
      typeof item === 'string' ? item : this.#fail(name, 'has an item that is no text'),
    )
  }

  /** A map of texts; empty when the property is absent. */
  stringMap(name: string): Readonly<Record<string, string>> {
    const value = this.#take(name) ?? {}
    if (!isObject(value)) return this.#fail(name, 'is no object')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)]))
  }

  object(name: string): Properties {
    return this.optionalObject(name) ?? this.#fail(name, 'is missing')
  }

  optionalObject(name: string): Properties | undefined {
    const value = this.#take(name)
    if (value === undefined) return undefined
    return isObject(value) ? this.#child(value, name) : this.#fail(name, 'is no object')
  }

  /** A list of objects; empty when the property is absent. */
  objects(name: string): readonly Properties[] {
    const value = this.#take(name) ?? []
    if (!Array.isArray(value)) return this.#fail(name, 'is no list')
    return value.map((item: Json, index) =>
      isObject(item)
        ? this.#child(item, `${name}[${index}]`)
        : this.#fail(name, 'has an item that is no object'),
    )
  }

  /** The property as it stands, taken as understood in all its depth. */
  json(name: string): Json | undefined {
    return this.#take(name)
  }

  /** All properties as they stand. */
  all(): JsonObject {
    for (const name of Object.keys(this.#values)) this.#noticed.add(name)
    return this.#values
  }

  /** Leaves properties aside; the reason is for the reader of the provider. */
  ignore(_reason: string, ...names: readonly string[]): void {
    for (const name of names) this.#noticed.add(name)
  }

  /** @throws LocalStackError when the property is there: the local stack cannot do what it asks for. */
  refuse(name: string, reason: string): void {
    if (this.has(name)) this.#fail(name, `is not supported by the local stack: ${reason}`)
  }

  /** Stops the start with a message about one property. */
  fail(name: string, fault: string): never {
    return this.#fail(name, fault)
  }

  /** @throws LocalStackError naming the first property that nobody noticed. */
  assertAllNoticed(): void {
    for (const name of Object.keys(this.#values)) {
      if (!this.#noticed.has(name)) this.#fail(name, 'is not known to the local stack')
    }
    for (const child of this.#children) child.assertAllNoticed()
  }

  #take(name: string): Json | undefined {
    this.#noticed.add(name)
    return this.#values[name]
  }

  #child(values: JsonObject, name: string): Properties {
    const child = new Properties(values, `${this.#where}.${name}`)
    this.#children.push(child)
    return child
  }

  #fail(name: string, fault: string): never {
    throw new LocalStackError(`${this.#where}.${name} ${fault}`)
  }
}
