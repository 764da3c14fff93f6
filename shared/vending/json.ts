/** What `JSON.parse` gave, before it is known to be more. */

export type JsonObject = Readonly<Record<string, unknown>>

/** Whether a value is an object, and neither a list nor null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
