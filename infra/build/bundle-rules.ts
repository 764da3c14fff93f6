/**
 * What may not be in a function's bundle. `bundle.ts` asks these rules about every build, so that an import
 * in the wrong place fails the build instead of slowing each cold start, or handing one function's code to
 * another.
 */
import type { Metafile } from 'esbuild'

/** Packages that belong to synthesis, tests or the local stack, and what each would cost in a function. */
const forbiddenPackages: Readonly<Record<string, string>> = {
  valibot: 'configuration is checked at synth; functions read its outcome',
  zod: 'it costs 44 ms of a cold start; configuration is checked at synth',
  yaml: 'configuration is read at synth; functions read config.json',
  'aws-cdk-lib': 'infrastructure is no part of a function',
  constructs: 'infrastructure is no part of a function',
  dynalite: 'the local stack is no part of a function',
  '@aws-sdk/credential-provider-ini': 'a function takes its credentials from the environment alone',
  '@aws-sdk/credential-provider-process': 'a function takes its credentials from the environment alone',
  '@aws-sdk/credential-provider-sso': 'a function takes its credentials from the environment alone',
  '@aws-sdk/credential-provider-web-identity': 'a function takes its credentials from the environment alone',
}

/** What an entry point may hold all the same, and why. */
const allowedPackages: Readonly<Record<string, readonly string[]>> = {
  // Its profile file is YAML in a repository, read while it runs; it is loaded with the first file.
  'functions/vend/index.ts': ['yaml'],
}

/** The parts of `infra/` that are made to be bundled. */
const bundledInfra = ['infra/build/environment-credentials.ts', 'infra/constructs/edge/restore-header.ts']

/** One import that a bundle must not have. */
export interface BundleFault {
  /** The entry point whose bundle it is. */
  readonly entry: string
  /** From the entry to the culprit, each importing the next. */
  readonly chain: readonly string[]
  readonly reason: string
}

/**
 * Every fault of one entry point's bundle; empty when it may be shipped.
 *
 * @param metafile esbuild's account of the build, with paths relative to the repository
 * @param entry the entry point, such as `functions/token/index.ts`
 */
export function bundleFaults({ inputs }: Pick<Metafile, 'inputs'>, entry: string): BundleFault[] {
  const faults = [...importChains(inputs, entry)].flatMap(([file, chain]) => {
    const reason = reasonAgainst(file, entry)
    // An importer inside the same forbidden package or folder has been reported already.
    const importer = chain.at(-2)
    const alreadyReported = importer !== undefined && reasonAgainst(importer, entry) !== undefined
    return reason !== undefined && !alreadyReported ? [{ entry, chain, reason }] : []
  })
  return [...new Map(faults.map((fault) => [describeFault(fault), fault])).values()]
}

/** One line about a fault, with the way the culprit came in. */
export function describeFault({ chain, reason }: BundleFault): string {
  return `${chain.map(shortName).join(' → ')}: ${reason}`
}

/** Every file that `entry` reaches, with the shortest chain of imports to it (breadth first). */
function importChains(inputs: Metafile['inputs'], entry: string): Map<string, readonly string[]> {
  const chains = new Map<string, readonly string[]>([[entry, [entry]]])
  for (const [file, chain] of chains)
    for (const { path, external } of inputs[file]?.imports ?? [])
      if (!external && !chains.has(path)) chains.set(path, [...chain, path])
  return chains
}

function reasonAgainst(file: string, entry: string): string | undefined {
  const packageName = packageOf(file)
  if (packageName !== undefined)
    return allowedPackages[entry]?.includes(packageName) ? undefined : forbiddenPackages[packageName]
  if (file.startsWith('functions/') && !file.startsWith(folderOf(entry)))
    return 'functions never import functions: share code through shared/'
  if (file.startsWith('test/')) return 'tests are no part of a function'
  if (file.startsWith('infra/') && !bundledInfra.includes(file))
    return 'infrastructure is no part of a function'
  return undefined
}

/** `@scope/name` or `name` of a file under node_modules, the innermost one. */
function packageOf(file: string): string | undefined {
  return /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]
}

function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf('/') + 1)
}

function shortName(file: string): string {
  return packageOf(file) ?? file
}
