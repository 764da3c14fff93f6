import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { FaultyFile } from '../../../shared/config/faults.ts'
import { parseConfig } from '../../../shared/config/parse.ts'

const ci = readFileSync('infra/presets/ci.yaml', 'utf8')
const withInstallations = (installations: string) =>
  parseConfig(
    ci.replace('    organization: acme\n', `    organization: acme\n    installations: ${installations}\n`),
    'ci.yaml',
  )

describe('vend.github.installations', () => {
  test('are found by the owner’s name in any case: in lower case from here on', () => {
    const { vend } = withInstallations('{ Acme: "7001", grace-Hopper: "7002" }')
    expect(vend?.github.installations).toEqual({ acme: '7001', 'grace-hopper': '7002' })
  })

  test('name each owner once, and that is the only fault', () => {
    expect(faultsOf(() => withInstallations('{ Acme: "7001", acme: "7002" }'))).toEqual([
      {
        path: 'vend.github.installations',
        expected: 'each owner once, be it in upper or in lower case, but got Object',
      },
    ])
  })
})

function faultsOf(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    return error instanceof FaultyFile ? error.faults : error
  }
}
