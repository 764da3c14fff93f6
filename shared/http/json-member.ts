/**
 * A text member of a JSON object, for whoever looks at a body before it is checked.
 *
 * @returns nothing where the text is no JSON object, or has no such text
 */
export function jsonMember(json: string, name: string): string | undefined {
  try {
    const value: unknown = JSON.parse(json)
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    const member = (value as Readonly<Record<string, unknown>>)[name]
    return typeof member === 'string' ? member : undefined
  } catch {
    return undefined
  }
}
