/** The configuration as a function finds it: checked at synth, and put beside its code. */
import { readFileSync } from 'node:fs'
import type { Config } from './types.ts'

/**
 * Reads `config.json` of the folder that the running bundle lies in.
 *
 * @param moduleUrl the bundle's `import.meta.url`
 */
export function loadConfig(moduleUrl: string): Config {
  return JSON.parse(readFileSync(new URL('config.json', moduleUrl), 'utf8')) as Config
}
