/** `npm run build`: bundles the functions into `dist/` and prints their sizes; `--quiet` prints faults alone. */
import { BundleError, bundleFunctions } from './infra/build/bundle.ts'

try {
  const bundles = await bundleFunctions()
  if (!process.argv.includes('--quiet'))
    console.table(
      Object.fromEntries(bundles.map(({ name, bytes }) => [name, { KB: Math.round(bytes / 102.4) / 10 }])),
    )
} catch (error) {
  // esbuild's own errors carry file, line and column in their message.
  const isExpected = error instanceof BundleError || (error instanceof Error && 'errors' in error)
  console.error(isExpected ? `build: ${error.message}` : error)
  process.exitCode = 1
}
