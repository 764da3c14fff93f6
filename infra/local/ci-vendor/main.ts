/** `npm run ci-token -- [--issuer N] [--claim NAME=VALUE] [--without NAME]`: prints a CI JWT of the local issuer. */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { LocalStackError } from '../errors.ts'
import { readJsonFile } from '../files.ts'
import { readOptions } from '../project/options.ts'
import { ciToken } from './ci-token.ts'
import type { CiVendor } from './ci-vendor.ts'

const usage =
  'usage: npm run ci-token -- [--issuer INDEX] [--claim NAME=VALUE]… [--without NAME]…\n' +
  '  for the stack that was started last; LOCAL_DIR as it was started with'

/** Claims whose values are numbers (RFC 7519 §4.1). */
const numeric = ['exp', 'nbf', 'iat']

function main(): void {
  const { issuer = '0', claim = [], without = [] } = readArguments()
  const { localFolder } = readOptions({ LOCAL_DIR: process.env.LOCAL_DIR })
  // `npm start` has written it.
  const vendor = readJsonFile(join(localFolder, 'ci-vendor.json')) as CiVendor | undefined
  if (!vendor) throw new LocalStackError('start a stack that vends GitHub tokens first')
  const setting = vendor.issuers[Number(issuer)]
  if (!setting)
    throw new LocalStackError(`there is no issuer ${issuer}, only ${vendor.issuers.length} of them`)
  const claims = Object.fromEntries([...claim.map(readClaim), ...without.map((name) => [name, undefined])])
  console.log(ciToken(setting, claims, vendor.issuerKey, Math.floor(Date.now() / 1000)))
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
  if (!(error instanceof LocalStackError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
