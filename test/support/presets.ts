import { readdirSync, readFileSync } from 'node:fs'
import { parseConfig } from '../../shared/config/parse.ts'
import type { Config } from '../../shared/config/types.ts'

const folder = new URL('../../infra/presets/', import.meta.url)

export const presetNames = readdirSync(folder).map((file) => file.replace(/\.yaml$/, ''))

/** The checked configuration of a preset. */
export function preset(name: string): Config {
  return parseConfig(readFileSync(new URL(`${name}.yaml`, folder), 'utf8'), name)
}
