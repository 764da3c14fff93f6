/** `npm run ci-token -- [--issuer N] [--claim NAME=VALUE] [--without NAME]`: prints a CI JWT of the local issuer. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { parseConfig } from '../../../shared/config/parse.ts'
import { LocalStackError } from '../errors.ts'
import { readOptions } from '../project/options.ts'
import { ciToken } from './ci-token.ts'
import { ciKeys } from './keys.ts'

const usage =
  'usage: npm run ci-token -- [--issuer INDEX] [--claim NAME=VALUE]… [--without NAME]…\n' +
  '  PRESET (ci unless set), CONFIG and LOCAL_DIR as the stack was started with'

/** Claims whose values are numbers (RFC 7519 §4.1). */
const numeric = ['exp', 'nbf', 'iat']

function main(): void {
  const { PRESET = process.env.CONFIG ? '' : 'ci' } = process.env
  const { config, dataDir } = readOptions({ ...process.env, PRESET })
  const { issuer, claim = [], without = [] } = readArguments()
  const { vend } = parseConfig(readFileSync(config, 'utf8'), config)
  const setting = vend?.issuers[Number(issuer ?? 0)]
  if (!setting) throw new LocalStackError(`${config} has no vend.issuers.${issuer ?? 0}`)
  const keysFile = join(dataDir, 'ci.json')
  if (!existsSync(keysFile))
    throw new LocalStackError('there are no keys yet: start the stack with this configuration')
  const claims = Object.fromEntries([...claim.map(readClaim), ...without.map((name) => [name, undefined])])
  console.log(ciToken(setting, claims, ciKeys(keysFile).issuerKey, Math.floor(Date.now() / 1000)))
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        issuer: { type: 'string' },
        claim: { type: 'string', multiple: true },
        without: { type: 'string', multiple: true },
      },
    }).values
  } catch (error) {
    throw new LocalStackError(`${error instanceof Error ? error.message : error}\n\n${usage}`)
  }
}

function readClaim(text: string): [string, unknown] {
  const [, name, value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  if (name === undefined) throw new LocalStackError(`--claim takes NAME=VALUE, not ${text}\n\n${usage}`)
  return [name, numeric.includes(name) && /^-?\d+$/.test(value) ? Number(value) : value]
}

try {
  main()
} catch (error) {
  if (!(error instanceof LocalStackError) && !(error instanceof Error && error.name === 'FaultyFile'))
    throw error
  console.error(error.message)
  process.exitCode = 1
}
