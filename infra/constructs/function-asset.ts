/** A function's code as it is deployed: its bundle and, beside it, the configuration. */
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Code } from 'aws-cdk-lib/aws-lambda'
import type { Config } from '../../shared/config/types.ts'
import { DeploymentError } from '../config/deployment-error.ts'

const dist = fileURLToPath(new URL('../../dist', import.meta.url))

/**
 * Gives `define` the code of one function, and takes the staging folder away again: CDK has copied it by then.
 * The content alone names the asset, so an unchanged function is not deployed anew.
 *
 * @param bundle folder under `dist/`, such as `functions/token`
 * @param config what the function finds as `config.json`; none for a function that needs no configuration
 * @throws DeploymentError when the function has not been built
 */
export function withFunctionCode<T>(
  bundle: string,
  config: Config | undefined,
  define: (code: Code) => T,
): T {
  const built = join(dist, bundle)
  if (!existsSync(join(built, 'index.mjs')))
    throw new DeploymentError(`dist/${bundle} has not been built: run npm run build`)
  const staging = mkdtempSync(join(tmpdir(), 'scrip-asset-'))
  try {
    cpSync(built, staging, { recursive: true })
    if (config) writeFileSync(join(staging, 'config.json'), JSON.stringify(config))
    return define(Code.fromAsset(staging))
  } finally {
    rmSync(staging, { recursive: true })
  }
}
