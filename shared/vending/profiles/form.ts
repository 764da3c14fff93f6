/**
 * The form of a profile file: what is a mapping, a list or a text. What is of another form, or a key that is not
 * known, costs the whole file: nobody can tell what was meant. A field that is there with nothing in it
 * (`match:`) costs its profile: it may not be taken for one that is left out, which matches everyone.
 */
import { type FaultList, member } from './faults.ts'

export type Mapping = Readonly<Record<string, unknown>>

/** The mapping at `path`; its unknown keys are faults, and the known ones can be read. */
export function readMapping(
  value: unknown,
  path: string,
  keys: readonly string[],
  faults: FaultList,
): Mapping | undefined {
  if (!isMapping(value)) return wrongForm(path, `a mapping of ${keys.join(', ')}`, faults)
  for (const key of Object.keys(value))
    if (!keys.includes(key)) faults.file(member(path, key), 'no such setting; is it misspelled?')
  return value
}

/**
 * The list at `path`, or nothing where it is empty of meaning: left out, `null`, or too long.
 *
 * @param limit the most elements, so that aliases cannot multiply the work
 */
export function readList(
  value: unknown,
  path: string,
  limit: number,
  faults: FaultList,
): readonly unknown[] | undefined {
  if (value === undefined) return undefined
  if (value === null) return nothingThere(path, 'a list', faults)
  if (!Array.isArray(value)) return wrongForm(path, 'a list', faults)
  if (value.length <= limit) return value
  faults.profile(path, `at most ${limit} entries`)
  return undefined
}

/** The text at `path`. Numbers and booleans are none: `007` and `1e3` would not be what was written. */
export function readText(value: unknown, path: string, faults: FaultList): string | undefined {
  if (value === undefined) return undefined
  if (value === null) return nothingThere(path, 'a text', faults)
  if (typeof value !== 'string') return wrongForm(path, 'a text; put it in quotes', faults)
  return value
}

/** The texts of a list; nothing where one of them is none. */
export function readTexts(
  value: unknown,
  path: string,
  limit: number,
  faults: FaultList,
): readonly string[] | undefined {
  const list = readList(value, path, limit, faults)
  const texts = list
    ?.map((element, index) => readText(element, member(path, index), faults))
    .filter((text) => text !== undefined)
  return texts?.length === list?.length ? texts : undefined
}

function isMapping(value: unknown): value is Mapping {
  // A YAML tag may make a Date or a Set, which has no keys to check.
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

function wrongForm(path: string, expected: string, faults: FaultList): undefined {
  faults.file(path, expected)
}

function nothingThere(path: string, expected: string, faults: FaultList): undefined {
  faults.profile(path, `${expected}, but there is nothing`)
}
