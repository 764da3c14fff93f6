import { readdirSync, readFileSync } from 'node:fs'
import { parseConfig } from '../../shared/config/parse.ts'
import type { Config } from '../../shared/config/types.ts'

const folder = new URL('../../infra/presets/', import.meta.url)

export const presetNames = readdirSync(folder).map((file) => file.replace(/\.yaml$/, ''))

/** The checked configuration of a preset. */
export function preset(name: string): Config {
  return parseConfig(readFileSync(new URL(`${name}.yaml`, folder), 'utf8'), name)
}

/** The preset `ci` with its profiles in a file on GitHub. */
export function withProfilesOnGitHub(yaml: string): string {
  return yaml.replace(
    / {2}profiles:\n[\s\S]*?(?=\nrateLimits)/,
    '  profiles: "acme:profiles:ci/profiles.yaml"\n',
  )
}
