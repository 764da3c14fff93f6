/** Where things are in the project. */
import { join, resolve } from 'node:path'

export const projectRoot = resolve(import.meta.dirname, '../../..')
/** Where data rests unless `LOCAL_DIR` says otherwise. */
export const defaultLocalFolder = join(projectRoot, '.local')
export const presetsFolder = join(projectRoot, 'infra/presets')
export const buildScript = join(projectRoot, 'esbuild.config.mjs')
export const appScript = join(projectRoot, 'infra/app.ts')
export const cliScript = join(projectRoot, 'infra/cli/main.ts')
