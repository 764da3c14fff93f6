/** Header fields as functions look them up: by name in lower case. */

/** Two spellings of one name in a request are one header given twice. */
export function mergedByName(headers: Record<string, string[] | undefined> | null): Record<string, string[]> {
  // A Map, since a header may be called `constructor`.
  const merged = new Map<string, string[]>()
  for (const [name, values] of Object.entries(headers ?? {})) {
    const key = name.toLowerCase()
    merged.set(key, [...(merged.get(key) ?? []), ...(values ?? [])])
  }
  return Object.fromEntries(merged)
}
