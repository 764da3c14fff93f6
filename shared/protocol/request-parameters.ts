/**
 * The parameters of a page's request, as they came: which were repeated is known, since RFC 6749 §3.1 has it
 * that none may be "included more than once".
 */
export interface RequestParameters {
  /** The value of a parameter; nothing when it is missing, empty (§3.1: "as if omitted") or repeated. */
  get(name: string): string | undefined
  /** Whether the parameter was given at all, with whatever value, however often. */
  has(name: string): boolean
  isRepeated(name: string): boolean
  /** Names of the parameters that were given more than once. */
  readonly repeated: readonly string[]
  /** Every name and value, in order. */
  readonly entries: readonly (readonly [name: string, value: string])[]
  /** All of them again, as a query without `?`. */
  readonly query: string
}

export function requestParameters(
  entries: readonly (readonly [name: string, value: string])[],
): RequestParameters {
  const values = new Map<string, string[]>()
  for (const [name, value] of entries) values.set(name, [...(values.get(name) ?? []), value])
  const isRepeated = (name: string) => (values.get(name)?.length ?? 0) > 1
  return {
    get(name) {
      const [value] = values.get(name) ?? []
      return value === undefined || value === '' || isRepeated(name) ? undefined : value
    },
    has: (name) => values.has(name),
    isRepeated,
    repeated: [...values.keys()].filter(isRepeated),
    entries,
    query: new URLSearchParams(entries.map(([name, value]): [string, string] => [name, value])).toString(),
  }
}

/** The parameters of a query or a form. */
export function parseRequestParameters(text: string): RequestParameters {
  return requestParameters([...new URLSearchParams(text)])
}

/** The same parameters with some replaced; `undefined` takes one away. */
export function withParameters(
  { entries }: RequestParameters,
  changes: Readonly<Record<string, string | undefined>>,
): RequestParameters {
  const kept = entries.filter(([name]) => !Object.hasOwn(changes, name))
  const added = Object.entries(changes).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  )
  return requestParameters([...kept, ...added])
}
