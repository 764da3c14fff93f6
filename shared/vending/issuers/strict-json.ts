/**
 * JSON that means the same to everybody who reads it.
 *
 * RFC 8259 §4 leaves open what a repeated name means: `JSON.parse` takes the last one and others take the first,
 * so a token could be one thing to whoever issued or checked it and another to us. RFC 7519 §4 lets us refuse.
 */
import { isObject, type JsonObject } from '../json.ts'

/** A whole string with its escapes, and the colon that makes it a name; or where an object begins or ends. */
const tokens = /("(?:[^"\\]|\\.)*")([ \t\n\r]*:)?|[{}]/g

/**
 * Parses an object.
 *
 * @param bytes UTF-8, without a byte order mark
 * @returns nothing when it is no valid UTF-8, no JSON, no object, or has an object in which a name is repeated
 */
export function parseStrictObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    const value: unknown = JSON.parse(text)
    return isObject(value) && !repeatsName(text) ? value : undefined
  } catch {
    return undefined
  }
}

/**
 * @param json valid JSON: only there a string before a colon is a name, and braces outside strings are objects'
 */
function repeatsName(json: string): boolean {
  const open: Set<string>[] = []
  for (const [token, string, colon] of json.matchAll(tokens)) {
    if (token === '{') open.push(new Set())
    else if (token === '}') open.pop()
    else if (colon !== undefined && string !== undefined) {
      // As it reads: `\u0069ss` is `iss`.
      const name: string = JSON.parse(string)
      const names = open.at(-1)
      if (names?.has(name)) return true
      names?.add(name)
    }
  }
  return false
}
