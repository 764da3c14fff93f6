/** One text for each JSON value, whatever order its members were written in: what a digest or a cache key is made of. */

/**
 * The canonical JSON text of a value, as RFC 8785 §3.2 writes it: no white space, members sorted by the UTF-16
 * code units of their names. A member that is `undefined` is none.
 *
 * @throws TypeError for what JSON cannot say (NaN, infinities, BigInt, functions, an `undefined` element, objects
 *   that are not plain), since two values may never share a text
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${Array.from(value, canonicalJson).join(',')}]`
  if (typeof value === 'object' && value !== null) return canonicalObject(value)
  const isJson = value === null || typeof value === 'string' || typeof value === 'boolean'
  if (isJson || Number.isFinite(value)) return JSON.stringify(value)
  throw new TypeError(`JSON has no ${typeof value} like ${String(value)}`)
}

function canonicalObject(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value)
  // A Date or a Map would read as `{}`.
  if (prototype !== Object.prototype && prototype !== null)
    throw new TypeError('JSON has no objects but plain ones')
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`)
  return `{${members.join(',')}}`
}
