import { readFileSync } from 'node:fs'
import { build } from 'esbuild'
import { describe, expect, it, vi } from 'vitest'
import { bundleFunctions } from '../../infra/build/bundle.ts'
import { bundleFaults, describeFault } from '../../infra/build/bundle-rules.ts'
import { defaultProvider } from '../../infra/build/environment-credentials.ts'

const entry = 'functions/token/index.ts'

/** A metafile in which `files` import each other as told. */
function inputs(files: Record<string, readonly string[]>) {
  const entries = Object.entries(files).map(([file, imports]) => [
    file,
    { bytes: 1, imports: imports.map((path) => ({ path, kind: 'import-statement' as const })) },
  ])
  return { inputs: Object.fromEntries(entries) }
}

describe('bundle rules', () => {
  it('let shared code, own files and ordinary packages pass', () => {
    const metafile = inputs({
      [entry]: ['functions/token/router.ts', 'shared/http/endpoint.ts'],
      'functions/token/router.ts': ['node_modules/@aws-sdk/client-lambda/dist-es/index.js'],
      'node_modules/@aws-sdk/client-lambda/dist-es/index.js': ['infra/build/environment-credentials.ts'],
      'infra/build/environment-credentials.ts': [],
      'shared/http/endpoint.ts': ['node_modules/@middy/core/index.js'],
    })
    expect(bundleFaults(metafile, entry)).toEqual([])
  })

  it.each([
    ['node_modules/valibot/dist/index.js', 'valibot', 'configuration is checked at synth'],
    ['node_modules/zod/index.js', 'zod', '44 ms of a cold start'],
    ['node_modules/yaml/dist/index.js', 'yaml', 'configuration is read at synth'],
    ['node_modules/aws-cdk-lib/index.js', 'aws-cdk-lib', 'infrastructure is no part of a function'],
    ['node_modules/x/node_modules/dynalite/index.js', 'dynalite', 'the local stack is no part of a function'],
    [
      'node_modules/@aws-sdk/credential-provider-sso/index.js',
      '@aws-sdk/credential-provider-sso',
      'credentials from the environment alone',
    ],
    ['infra/stack.ts', 'infra/stack.ts', 'infrastructure is no part of a function'],
    ['test/seed.ts', 'test/seed.ts', 'tests are no part of a function'],
    ['functions/health/health.ts', 'functions/health/health.ts', 'functions never import functions'],
    ['functions/tokens.ts', 'functions/tokens.ts', 'functions never import functions'],
  ])('refuse %s, and tell how it came in', (file, shown, reason) => {
    const metafile = inputs({ [entry]: ['shared/a.ts'], 'shared/a.ts': [file], [file]: [] })
    const [fault, ...others] = bundleFaults(metafile, entry)
    expect(others).toEqual([])
    expect(fault && describeFault(fault)).toMatch(`${entry} → shared/a.ts → ${shown}: `)
    expect(fault?.reason).toContain(reason)
  })

  it("refuse another grant's code, also where the bundler would have dropped it", () => {
    const own = 'functions/grants/client_credentials/index.ts'
    const other = 'functions/grants/password/index.ts'
    expect(bundleFaults(inputs({ [own]: [other], [other]: [] }), own)).toEqual([
      {
        entry: own,
        chain: [own, other],
        reason: 'functions never import functions: share code through shared/',
      },
    ])
  })

  it('report a package once, not each of its files, and only where the entry reaches it', () => {
    const metafile = inputs({
      [entry]: ['node_modules/yaml/a.js', 'node_modules/yaml/b.js'],
      'node_modules/yaml/a.js': ['node_modules/yaml/b.js', 'node_modules/yaml/c.js'],
      'node_modules/yaml/b.js': [],
      'node_modules/yaml/c.js': [],
      'functions/health/index.ts': ['node_modules/zod/index.js'],
    })
    expect(bundleFaults(metafile, entry).map(describeFault)).toEqual([
      `${entry} → yaml: configuration is read at synth; functions read config.json`,
    ])
  })

  it('understand what esbuild itself says of a build', async () => {
    const { metafile } = await build({
      stdin: { contents: `import './shared/config/parse.ts'`, resolveDir: '.', sourcefile: entry },
      bundle: true,
      write: false,
      metafile: true,
      platform: 'node',
      logLevel: 'silent',
    })
    const faults = bundleFaults(metafile, entry).map(describeFault)
    expect(faults).toContainEqual(expect.stringMatching(/shared\/config\/parse\.ts → valibot: /))
    expect(faults).toContainEqual(expect.stringMatching(/shared\/config\/parse\.ts → yaml: /))
  })
})

describe('the bundles of this tree', () => {
  it('obey the rules, and hold no source map', async () => {
    const bundles = await bundleFunctions()
    expect(bundles.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'functions/token',
        'functions/grants/client_credentials',
        'edge/restore-header',
      ]),
    )
    for (const { name, bytes } of bundles) {
      // Profile files are YAML with RE2 patterns: both engines are loaded with the first file.
      expect(bytes).toBeLessThan(name === 'functions/vend' ? 620_000 : 500_000)
      expect(readFileSync(`dist/${name}/index.mjs`, 'utf8')).not.toContain('sourceMappingURL')
      expect(readFileSync(`dist/source-maps/${name}/index.mjs.map`, 'utf8')).toContain('"sources"')
    }
  })
})

describe('credentials from the environment', () => {
  it('are those of the sandbox', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'id')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'key')
    vi.stubEnv('AWS_SESSION_TOKEN', 'session')
    expect(await defaultProvider()()).toEqual({
      accessKeyId: 'id',
      secretAccessKey: 'key',
      sessionToken: 'session',
    })
    vi.stubEnv('AWS_SESSION_TOKEN', undefined)
    expect(await defaultProvider()()).toEqual({ accessKeyId: 'id', secretAccessKey: 'key' })
  })

  it('are refused by name where there are none', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined)
    await expect(defaultProvider()()).rejects.toThrow(
      'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set',
    )
  })
})
