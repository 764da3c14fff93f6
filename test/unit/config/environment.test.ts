import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import {
  grantFunctionVariable,
  requireVariable,
  secretVariables,
  tableVariables,
} from '../../../shared/config/environment.ts'
import { loadConfig } from '../../../shared/config/runtime.ts'
import { preset } from '../../support/presets.ts'

test('a variable that is set is given', () => {
  expect(requireVariable({ CLIENTS_TABLE: 'clients-1' }, tableVariables.clients)).toBe('clients-1')
})
test.each([
  { environment: {} },
  { environment: { CLIENTS_TABLE: undefined } },
  { environment: { CLIENTS_TABLE: '' } },
])('one that is not is named: $environment', ({ environment }) => {
  expect(() => requireVariable(environment, tableVariables.clients)).toThrow(
    new Error('environment variable CLIENTS_TABLE is not set'),
  )
})

test('no two things share a variable', () => {
  const names = [
    ...Object.values(tableVariables),
    ...Object.values(secretVariables),
    grantFunctionVariable('client_credentials'),
  ]
  expect(new Set(names).size).toBe(names.length)
  expect(names.filter((name) => !/^[A-Z][A-Z_]+$/.test(name))).toEqual([])
})

test('a function finds its configuration beside its bundle', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scrip-config-'))
  try {
    writeFileSync(join(folder, 'config.json'), JSON.stringify(preset('buildr')))
    expect(loadConfig(pathToFileURL(join(folder, 'index.mjs')).href)).toEqual(preset('buildr'))
  } finally {
    rmSync(folder, { recursive: true })
  }
})
