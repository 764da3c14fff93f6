/**
 * Runs after `npm install`/`npm ci`, on whatever Node the machine has.
 *
 * Links the platform's Node 24 and biome into node_modules/.bin, so that every npm script runs them by
 * name: npm 10 drops the `node` link of an optional dependency, and biome's platform packages declare no
 * `bin` at all. On a platform without these packages (macOS, Windows) there is nothing to link: Node is the
 * machine's own, which has to be 22 or later.
 */
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

const binaries = {
  node: [`node-linux-${process.arch}`, 'bin/node'],
  biome: [`@biomejs/cli-linux-${process.arch}`, 'biome'],
}

for (const [name, [packageName, file]] of Object.entries(binaries)) {
  if (!existsSync(join('node_modules', packageName, file))) continue
  mkdirSync('node_modules/.bin', { recursive: true })
  const link = join('node_modules/.bin', name)
  rmSync(link, { force: true })
  symlinkSync(join('..', packageName, file), link)
}
