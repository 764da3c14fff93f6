/**
 * The import law (architecture, "Import law"): which folder may import which, and which package where.
 *
 * Type imports count as well: a layer should not even know the types of one above it.
 */
import { posix } from 'node:path'

interface Layer {
  /** Files that the rule is for; the first rule that fits a file is its own. */
  readonly files: RegExp
  /** Files that it may import, beside those that `files` names. */
  readonly internal: RegExp
  /** Packages that it may import. */
  readonly packages: RegExp
  /** What its text must not hold, and why. */
  readonly forbidden?: readonly (readonly [pattern: RegExp, why: string])[]
}

const nothing = /^\b$/
const below = (...folders: string[]) => new RegExp(`^(${folders.join('|')})/`)
const packages = (...names: string[]) => new RegExp(`^(${names.join('|')})$`)

const pure = [
  [/\bprocess\b/, 'reads the environment'],
  [/\bDate\s*\.\s*now\b|\bnew Date\s*\(\s*\)|\bperformance\b/, 'reads the clock'],
  [/\bfetch\s*\(|\bset(Timeout|Interval|Immediate)\b/, 'does more than compute'],
] as const
/** What an import with an expression would load, nobody can tell. */
const openImport = [/\bimport\s*\(\s*[^'"\s]|\brequire\s*\(/, 'imports what cannot be told here'] as const

const [protocol, config, stores, tokens, vending] = ['protocol', 'config', 'stores', 'tokens', 'vending'].map(
  (name) => `shared/${name}`,
) as [string, string, string, string, string]

const layers: readonly Layer[] = [
  // Of node:net, what tells addresses apart.
  {
    files: /^shared\/protocol\/public-address\.ts$/,
    internal: nothing,
    packages: packages('node:net'),
    forbidden: [
      ...pure,
      openImport,
      [/\b(Socket|Server|connect|createConnection|createServer)\b/, 'connects'],
    ],
  },
  {
    files: below(protocol),
    internal: nothing,
    packages: packages('node:crypto'),
    forbidden: [...pure, openImport],
  },
  {
    files: /^shared\/config\/(schema(-[a-z]+)?|parse|faults)\.ts$/,
    internal: below(protocol, config),
    packages: packages('valibot', 'yaml'),
    forbidden: [...pure, openImport],
  },
  {
    files: below(config),
    internal: below(protocol),
    packages: packages('node:fs'),
    forbidden: [...pure, openImport],
  },
  {
    files: below(stores),
    internal: below(protocol, config),
    packages: packages('node:crypto', '@aws-sdk/.+'),
    forbidden: [openImport],
  },
  {
    files: below(tokens),
    internal: below(protocol, config),
    packages: packages('node:crypto', 'node:zlib', 'jose'),
    forbidden: [...pure, openImport],
  },
  {
    files: below(vending),
    internal: below(protocol, config),
    packages: packages('node:.+', 'jose', 're2js', 'yaml'),
    forbidden: [openImport],
  },
  {
    files: below('shared/http'),
    internal: below(protocol, config, stores, tokens, vending),
    packages: packages('node:.+', '@middy/.+', '@aws-lambda-powertools/.+', 'aws-lambda'),
    forbidden: [openImport],
  },
  {
    files: /^functions\/(token\/invoke-grant|api\/upstream\/invoke-function)\.ts$/,
    internal: below('functions/token', 'functions/api', 'shared'),
    packages: packages('node:.+', 'aws-lambda', '@aws-sdk/client-lambda'),
    forbidden: [openImport],
  },
  {
    files: /^functions\/authorize\/upstream\/provider\.ts$/,
    internal: below('functions/authorize', 'shared'),
    packages: packages('node:.+', 'openid-client'),
    forbidden: [openImport],
  },
  // Its own folder is a function's: see `violations`.
  {
    files: below('functions'),
    internal: below('shared'),
    packages: packages('node:.+', 'aws-lambda'),
    forbidden: [openImport],
  },
  {
    files: below('infra/cli'),
    internal: below(protocol, config, stores, tokens, vending),
    packages: packages('node:.+', '@aws-sdk/.+', 'valibot', 'yaml'),
  },
  {
    files: below('infra/local'),
    internal: below(protocol, config),
    packages: packages('node:.+', 'dynalite', 'yaml'),
  },
  { files: below('infra/build'), internal: nothing, packages: packages('node:.+', 'esbuild') },
  // One file of the stack reads issuers and profiles as the function does: by a reader of its own, the synth would
  // let a configuration pass with which every request fails.
  {
    files: /^infra\/config\/vend\.ts$/,
    internal: below(protocol, config, vending),
    packages: nothing,
  },
  // The stack: all else of infra.
  {
    files: /^infra\/(?!cli\/|local\/|build\/)/,
    internal: below(protocol, config),
    packages: packages(
      'node:.+',
      'aws-cdk-lib(/.+)?',
      'constructs',
      'cdk-nag',
      'valibot',
      'yaml',
      'aws-lambda',
    ),
  },
]

/** All that a source imports, `import('…')` and `export … from` included; comments are not read. */
export function importsOf(source: string): string[] {
  const code = withoutComments(source)
  const patterns = [
    /\b(?:import|export)\b[^'"`;=()]*?\bfrom\s*(['"])(.+?)\1/g,
    /\bimport\s*(['"])(.+?)\1/g,
    /\b(?:import|require|getBuiltinModule)\s*\(\s*(['"`])(.+?)\1/g,
  ]
  return patterns.flatMap((pattern) => [...code.matchAll(pattern)].map(([, , specifier = '']) => specifier))
}

/**
 * What a file does against the law.
 *
 * @param path from the root of the repository
 */
export function violations(path: string, source: string): string[] {
  const layer = layers.find(({ files }) => files.test(path))
  if (!layer) return [`${path} is in no layer`]
  const forbidden = (layer.forbidden ?? [])
    .filter(([pattern]) => pattern.test(withoutComments(source)))
    .map(([, why]) => `${path} ${why}`)
  const imports = importsOf(source)
    .filter((specifier) => !isAllowed(path, layer, specifier))
    .map((specifier) => `${path} imports ${specifier}`)
  return [...forbidden, ...imports]
}

function isAllowed(path: string, { files, internal, packages: known }: Layer, specifier: string): boolean {
  if (!specifier.startsWith('.')) return known.test(specifier)
  const target = posix.join(posix.dirname(path), specifier)
  if (internal.test(target)) return true
  // A function is the folder that its file lies in: `functions/token`, `functions/grants/refresh_token`.
  const own = /^functions\/(grants\/[^/]+|[^/]+)\//.exec(path)?.[0]
  return own === undefined ? files.test(target) : target.startsWith(own)
}

/** The code, its texts kept: `//` in a text is no comment. */
function withoutComments(source: string): string {
  const pattern = /('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)|\/\/[^\n]*|\/\*[\s\S]*?\*\//g
  return source.replaceAll(pattern, (_, text: string | undefined) => text ?? ' ')
}
