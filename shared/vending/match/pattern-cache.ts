/**
 * Compiled patterns, remembered in one Lambda environment.
 *
 * A profile's patterns are compiled when it is first asked for, never all at start: a thousand would take half a
 * second and 80 MB, and a request needs one profile. What is remembered is bounded, the least used going first.
 */
import { compilePattern, loadEngine, type Pattern } from './pattern.ts'

/** Patterns, and steps of all their programs together: about 25 MB. */
const CAPACITY = { patterns: 256, size: 32_000 } as const

/**
 * Makes a cache of compiled patterns.
 *
 * @returns a function that compiles a pattern, or gives what it compiled before; throws PatternFault
 */
export function patternCache(capacity: { readonly patterns: number; readonly size: number } = CAPACITY) {
  // In the order of use: a Map keeps that of insertion.
  const compiled = new Map<string, Pattern & { readonly size: number }>()
  let size = 0

  function forgetLeastUsed(): void {
    for (const [pattern, { size: freed }] of compiled) {
      if (compiled.size <= capacity.patterns && size <= capacity.size) return
      compiled.delete(pattern)
      size -= freed
    }
  }

  return (pattern: string): Pattern => {
    const known = compiled.get(pattern)
    const found = known ?? compilePattern(pattern)
    if (known) compiled.delete(pattern)
    else size += found.size
    compiled.set(pattern, found)
    forgetLeastUsed()
    return found
  }
}

/**
 * The environment's own cache. It is keyed by the pattern's text alone, so a profile file that is read again
 * finds its patterns compiled.
 *
 * @throws PatternFault for a pattern that no profile may have
 */
export const patternOf = patternCache()

/**
 * Makes the engine ready: its Unicode tables are unpacked and its code is compiled by the first pattern, which
 * takes 8 ms. That belongs to reading a file, which takes longer, and not to the first match.
 */
export async function warmUp(): Promise<void> {
  await loadEngine()
  patternOf(String.raw`a-(warm|up/[a-z]+\.[0-9]{1,2})`).matches('a-up/b.1')
}
