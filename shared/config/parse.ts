/** From the text of a configuration file to a checked `Config`, or to all that is wrong with it. */
import * as v from 'valibot'
import { parseDocument } from 'yaml'
import { inconsistencies } from './consistency.ts'
import { FaultyFile, toFaults } from './faults.ts'
import { configSchema } from './schema.ts'
import type { Config } from './types.ts'

/**
 * Parses and checks a configuration file.
 *
 * @param text the YAML text
 * @param source the file's name, for the message
 * @throws FaultyFile with every fault together, each with its path and what was expected
 */
export function parseConfig(text: string, source: string): Config {
  const document = parseDocument(text, { uniqueKeys: true })
  if (document.errors.length > 0)
    throw new FaultyFile(
      source,
      document.errors.map((error) => ({
        path: '',
        expected: `YAML, but: ${error.message.split('\n')[0]}`,
      })),
    )
  return checkConfig(document.toJS() as unknown, source)
}

/**
 * Checks a configuration that is already data.
 *
 * @throws FaultyFile with every fault together
 */
export function checkConfig(data: unknown, source: string): Config {
  const result = v.safeParse(configSchema, data ?? {}, {
    abortPipeEarly: true,
  })
  const faults = [...toFaults(result.issues ?? []), ...inconsistencies(soundSections(data))]
  if (!result.success || faults.length > 0) throw new FaultyFile(source, faults)
  return result.output as Config
}

/** The sections that are sound by themselves, so that faults between them show although another is broken. */
function soundSections(data: unknown): Partial<Config> {
  const given = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>
  const sections = Object.entries(configSchema.entries).flatMap(([name, schema]) => {
    const result = v.safeParse(schema, given[name])
    return result.success ? [[name, result.output]] : []
  })
  return Object.fromEntries(sections) as Partial<Config>
}
