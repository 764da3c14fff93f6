import { execFile } from 'node:child_process'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bundleFunctions } from '../../infra/build/bundle.ts'
import { readDeployment } from '../../infra/config/deployment.ts'
import { withFunctionCode } from '../../infra/constructs/function-asset.ts'
import { edgeYaml, temporaryFolder } from './synthesize.ts'

const folder = temporaryFolder()
const ciPreset = readFileSync('infra/presets/ci.yaml', 'utf8')

describe('the deployment to synthesize', () => {
  it('is the default preset unless told otherwise', () => {
    expect(deployment({}).config.name).toBe('Scrip')
    expect(deployment({ preset: 'buildr' }).config.name).toBe('Buildr')
    expect(deployment({ config: 'infra/presets/buildr.yaml' }).config.name).toBe('Buildr')
  })

  it('needs no account and no region without an edge', () => {
    expect(deployment({})).not.toHaveProperty('region')
    expect(deployment({})).not.toHaveProperty('account')
  })

  it('needs both with an edge, which has parts in us-east-1', () => {
    const config = write('edge.yaml', readFileSync('infra/presets/default.yaml', 'utf8') + edgeYaml)
    expect(() => deployment({ config }, { CDK_DEFAULT_REGION: 'eu-central-1' })).toThrow(
      'the configuration has an edge, parts of which must be in us-east-1: tell the CDK where to deploy',
    )
    const environment = { CDK_DEFAULT_ACCOUNT: '111111111111', CDK_DEFAULT_REGION: 'eu-central-1' }
    expect(deployment({ config }, environment)).toMatchObject({
      baseUrl: 'https://auth.example.com',
      config: { issuer: 'https://auth.example.com' },
      region: 'eu-central-1',
    })
  })

  it('keeps a configured issuer in front of the domain of the edge', () => {
    const text = `${readFileSync('infra/presets/default.yaml', 'utf8')}${edgeYaml}\nissuer: https://id.example.com\n`
    const environment = { CDK_DEFAULT_ACCOUNT: '111111111111', CDK_DEFAULT_REGION: 'us-east-1' }
    expect(deployment({ config: write('issuer.yaml', text) }, environment)).toMatchObject({
      baseUrl: 'https://auth.example.com',
      config: { issuer: 'https://id.example.com' },
    })
  })

  it.each([
    [{ preset: 'nobody' }, 'there is no preset nobody, only buddy, buildbutler, buildr, butlr, ci, default'],
    [{ preset: '../presets/default' }, 'there is no preset ../presets/default'],
    [{ config: 'nowhere.yaml' }, 'there is no configuration file nowhere.yaml'],
    [{ preset: 'buildr', config: 'x.yaml' }, 'tell either config or preset, not both'],
    [{ local: { origin: 'here', edge: true } }, 'context local takes'],
    [{ local: { origin: 'http://127.0.0.1:3000' } }, 'context local takes'],
    [{ local: { origin: 'http://127.0.0.1:3000', edge: false, stage: '' } }, 'context local takes'],
  ])('refuses %o', (context, message) => {
    expect(() => deployment(context)).toThrow(message)
  })

  it('is refused while a function has not been built', () => {
    expect(() => withFunctionCode('functions/nothing', undefined, () => undefined)).toThrow(
      'dist/functions/nothing has not been built: run npm run build',
    )
  })
})

describe('the app as the CDK runs it', () => {
  it('prints the faults of a configuration alone, and exits with 1', async () => {
    const config = write(
      'faulty.yaml',
      'grants: {}\nrateLimits: { defaultTier: a, tiers: {} }\nscopes: { a: {} }\n',
    )
    const { code, stderr } = await run({ config })
    expect(code).toBe(1)
    expect(stderr).toContain('scopes.a.description')
    expect(stderr).not.toContain('    at ')
  })

  it('prints what would make every request for GitHub tokens fail, and exits with 1', async () => {
    const config = write('vend.yaml', ciPreset.replace('    pipeline:\n', '    pipline: 1\n    pipeline:\n'))
    expect(await run({ config })).toEqual({
      code: 1,
      stderr: `${config}: one fault\n  vend.profiles.pipline: expected no such setting; is it misspelled? (the whole file fails)\n`,
    })
  })

  it('prints what costs single profiles, and goes on', async () => {
    await bundleFunctions()
    const config = write('profile.yaml', ciPreset.replace('"packages:write"', '"packages:admin"'))
    const { code, stderr } = await run({ config })
    expect(code).toBe(0)
    expect(stderr).toContain(
      'WARNING vend.profiles.pipeline.profiles.0.permissions.1: expected packages:read or packages:write, but got "packages:admin" (this profile is unavailable)',
    )
  })

  it('says which file is missing, and exits with 1', async () => {
    expect(await run({ config: 'nowhere.yaml' })).toEqual({
      code: 1,
      stderr: 'there is no configuration file nowhere.yaml\n',
    })
  })
})

describe('presets', () => {
  it('differ in data only: no code asks for the name of one', () => {
    const names = globSync('infra/presets/*.yaml')
      .map((file) => basename(file, '.yaml'))
      .filter((name) => name !== 'default')
    expect(names).not.toEqual([])
    const name = new RegExp(`['"\`/](${names.join('|')})['"\`/.]`, 'i')
    const files = globSync([
      'functions/**/*.ts',
      'shared/**/*.ts',
      'infra/**/*.{ts,mjs}',
      'esbuild.config.mjs',
    ])
    // Addresses of documents are no names.
    const textOf = (file: string) => readFileSync(file, 'utf8').replaceAll(/https:\/\/\S+/g, '')
    expect(files.filter((file) => name.test(textOf(file)))).toEqual([])
  })
})

function deployment(context: Record<string, unknown>, environment = {}) {
  return readDeployment((key) => context[key], environment)
}

function write(name: string, text: string): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

function run(context: unknown): Promise<{ code: number; stderr: string }> {
  const env = { ...process.env, CDK_CONTEXT_JSON: JSON.stringify(context), CDK_OUTDIR: join(folder, 'out') }
  return new Promise((resolve) => {
    execFile(process.execPath, ['infra/app.ts'], { env }, (error, _stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stderr })
    })
  })
}
