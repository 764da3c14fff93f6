/** From the text of a configuration file to a checked `Config`, or to all that is wrong with it. */
import * as v from 'valibot'
import { type Document, parseDocument } from 'yaml'
import { inconsistencies, prefixIn } from './consistency.ts'
import { type Fault, FaultyFile, toFaults } from './faults.ts'
import { configSchema } from './schema.ts'
import type { Config } from './types.ts'

/** What one use of a configuration asks of it beyond the rest; asked once its shape is right. */
export type FurtherCheck = (config: Config) => readonly Fault[]

const nothingFurther: FurtherCheck = () => []

/**
 * Parses and checks a configuration file.
 *
 * @param text the YAML text
 * @param source the file's name, for the message
 * @throws FaultyFile with every fault together, each with its path and what was expected
 */
export function parseConfig(text: string, source: string, further = nothingFurther): Config {
  const document = parseDocument(text, { uniqueKeys: true })
  if (document.errors.length > 0)
    throw new FaultyFile(
      source,
      document.errors.map((error) => ({
        path: '',
        expected: `YAML, but: ${error.message.split('\n')[0]}`,
      })),
    )
  return checkConfig(toData(document, source), source, further)
}

/** The document as data; an alias without its anchor, or aliases without end, are found only here. */
function toData(document: Document, source: string): unknown {
  try {
    return document.toJS()
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    throw new FaultyFile(source, [{ path: '', expected: `YAML, but: ${error.message}` }])
  }
}

/**
 * Checks a configuration that is already data.
 *
 * @throws FaultyFile with every fault together
 */
export function checkConfig(data: unknown, source: string, further = nothingFurther): Config {
  const result = v.safeParse(configSchema, data ?? {}, {
    abortPipeEarly: true,
  })
  const faults = [
    ...toFaults(result.issues ?? []),
    ...reservedNames(data),
    ...(isGroup(data) ? inconsistencies(soundSections(data), Object.keys(asRecord(data))) : []),
    ...(result.success ? further(completed(result.output)) : []),
  ]
  if (!result.success || faults.length > 0) throw new FaultyFile(source, faults)
  return completed(result.output)
}

/** What follows from other settings, and what no file may set. */
function completed(checked: v.InferOutput<typeof configSchema>): Config {
  const { apiTokens, accessToken, api, vend, ...rest } = checked
  const inEnvironment = <T extends object>(settings: T): T =>
    'prefix' in settings && typeof settings.prefix === 'string'
      ? { ...settings, prefix: prefixIn(checked.environment, settings.prefix) }
      : settings
  return {
    ...rest,
    accessToken: inEnvironment(accessToken),
    ...(apiTokens && { apiTokens: inEnvironment(apiTokens) }),
    ...(api && { api: { ...api, loopbackUpstreams: false } }),
    ...(vend && { vend: { ...vend, loopback: false } }),
  } as Config
}

/** Names that a catalogue cannot hold: valibot leaves them out of its records without a word. */
function reservedNames(data: unknown): Fault[] {
  return [['scopes'], ['rateLimits', 'tiers'], ['api', 'upstreams']].flatMap((path) => {
    const catalogue = path.reduce<unknown>((value, key) => asRecord(value)[key], data)
    return ['__proto__', 'constructor', 'prototype']
      .filter((name) => Object.hasOwn(asRecord(catalogue), name))
      .map((name) => ({
        path: [...path, name].join('.'),
        expected: 'another name: this one is JavaScript’s',
      }))
  })
}

/** An empty file is a group without settings; a single value is none. */
function isGroup(data: unknown): boolean {
  return data === undefined || data === null || (typeof data === 'object' && !Array.isArray(data))
}

function asRecord(value: unknown): Record<string, unknown> {
  return (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
}

/** The sections that are sound by themselves, so that faults between them show although another is broken. */
function soundSections(data: unknown): Partial<Config> {
  const given = asRecord(data)
  const sections = Object.entries(configSchema.entries).flatMap(([name, schema]) => {
    const result = v.safeParse(schema, given[name])
    return result.success ? [[name, result.output]] : []
  })
  return Object.fromEntries(sections) as Partial<Config>
}
