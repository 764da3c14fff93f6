import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../shared/config/parse.ts'
import { assetOf, folders, functionOf } from './reading.ts'
import { synthesize } from './synthesize.ts'

const deployment = synthesize()
const again = synthesize()
const debug = synthesize({ add: 'logs: { level: DEBUG, retentionDays: 7 }' })

describe('functions', () => {
  it.each([
    ['token', 12],
    ['grants/client_credentials', 10],
    ['metadata', 10],
    ['health', 10],
    ['rotate-keys', 60],
  ])('%s runs on Node 24 on arm64, for at most %d s', (folder, timeout) => {
    expect(functionOf(deployment, folder).Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: 1024,
      Timeout: timeout,
    })
  })

  it('gives each an alias "live" on its current version', () => {
    const aliases = Object.entries(deployment.resources('AWS::Lambda::Alias'))
    expect(aliases.map(([path]) => path).sort()).toEqual(
      folders(deployment)
        .map((folder) => `${functionOf(deployment, folder).path}/Aliaslive`)
        .sort(),
    )
    for (const [path, { Properties }] of aliases) {
      expect(Properties.Name).toBe('live')
      expect(deployment.readable(Properties.FunctionVersion)).toBe(
        `<${path.replace('Aliaslive', 'CurrentVersion')}.Version>`,
      )
    }
  })

  it('logs JSON at the configured level, into a log group with the configured retention', () => {
    for (const folder of folders(debug)) {
      const { path, Properties } = functionOf(debug, folder)
      const logGroup = path.replace(/Function$/, 'Logs')
      expect(debug.readable(Properties.LoggingConfig)).toEqual({
        LogFormat: 'JSON',
        ApplicationLogLevel: 'DEBUG',
        LogGroup: `<${logGroup}>`,
      })
      expect(Properties.Environment.Variables).toMatchObject({ POWERTOOLS_LOG_LEVEL: 'DEBUG' })
      expect(debug.resources('AWS::Logs::LogGroup')[logGroup]?.Properties).toEqual({ RetentionInDays: 7 })
    }
  })

  it.each([
    ['ERROR', 'INFO'],
    ['WARN', 'INFO'],
    ['INFO', 'INFO'],
    ['DEBUG', 'DEBUG'],
  ])('at the level %s, the one that audits logs at %s: audit lines are of the level INFO', (level, own) => {
    const vending = synthesize({ preset: 'ci', add: `logs: { level: ${level} }` })
    const levels = folders(vending).map((folder) => {
      const { LoggingConfig, Environment } = functionOf(vending, folder).Properties
      return [folder, LoggingConfig.ApplicationLogLevel, Environment.Variables.POWERTOOLS_LOG_LEVEL]
    })
    expect(levels).toEqual([
      ['health', level, level],
      ['rotate-keys', level, level],
      ['vend', own, own],
    ])
  })
})

describe('the asset of a function', () => {
  it('is its bundle and the checked configuration', () => {
    const config = parseConfig(readFileSync('infra/presets/default.yaml', 'utf8'), 'default.yaml')
    for (const folder of folders(deployment)) {
      const asset = assetOf(deployment, folder)
      expect(readdirSync(asset).sort()).toEqual(['config.json', 'index.mjs'])
      expect(JSON.parse(readFileSync(join(asset, 'config.json'), 'utf8'))).toEqual(config)
      expect(readFileSync(join(asset, 'index.mjs'))).toEqual(
        readFileSync(`dist/functions/${folder}/index.mjs`),
      )
    }
  })

  it('has the same name for the same content, and another for another configuration', () => {
    for (const folder of folders(deployment)) {
      const { S3Key } = functionOf(deployment, folder).Properties.Code
      expect(functionOf(again, folder).Properties.Code.S3Key).toBe(S3Key)
      expect(functionOf(debug, folder).Properties.Code.S3Key).not.toBe(S3Key)
    }
  })

  it('leaves no path of this machine in the template', () => {
    const text = JSON.stringify(deployment.template.toJSON())
    expect(text).not.toContain(process.cwd())
    expect(text).not.toContain(deployment.outdir)
  })
})
