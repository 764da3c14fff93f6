import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readOutputs, requireOutput } from '../../../infra/cli/outputs.ts'

const folder = mkdtempSync(join(tmpdir(), 'scrip-outputs-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = (text: string) => {
  const path = join(folder, 'outputs.json')
  writeFileSync(path, text)
  return path
}
const commandError = (message: string) => expect.objectContaining({ name: 'CommandError', message })

describe('the outputs of a stack', () => {
  test.each([
    {
      what: 'the file that cdk wrote',
      read: () => readOutputs(file('{"Scrip":{"ClientsTable":"c","AccountsTable":"a"}}'), {}),
    },
    {
      what: 'that file with an edge stack beside',
      read: () =>
        readOutputs(
          file('{"ScripEdge":{"Domain":"d"},"Scrip":{"ClientsTable":"c","AccountsTable":"a"}}'),
          {},
        ),
    },
    {
      what: 'SCRIP_OUTPUTS',
      read: () => readOutputs(undefined, { SCRIP_OUTPUTS: '{"ClientsTable":"c","AccountsTable":"a"}' }),
    },
    {
      what: 'the file rather than SCRIP_OUTPUTS',
      read: () =>
        readOutputs(file('{"S":{"ClientsTable":"c","AccountsTable":"a"}}'), {
          SCRIP_OUTPUTS: '{"ClientsTable":"x"}',
        }),
    },
  ])('come from $what', ({ read }) => {
    const outputs = read()
    expect([requireOutput(outputs, 'ClientsTable'), requireOutput(outputs, 'AccountsTable')]).toEqual([
      'c',
      'a',
    ])
  })

  test.each([
    {
      what: 'neither is given',
      read: () => readOutputs(undefined, {}),
      message: 'which deployment? Give --outputs FILE, as `npx cdk deploy --outputs-file FILE` wrote it',
    },
    {
      what: 'the file is not there',
      read: () => readOutputs('no/such.json', {}),
      message: 'no/such.json cannot be read',
    },
    {
      what: 'the variable is no JSON',
      read: () => readOutputs(undefined, { SCRIP_OUTPUTS: '{' }),
      message: 'SCRIP_OUTPUTS is not a JSON object',
    },
    {
      what: 'it is a list',
      read: () => readOutputs(undefined, { SCRIP_OUTPUTS: '[]' }),
      message: 'SCRIP_OUTPUTS is not a JSON object',
    },
    {
      what: 'the stack has no such output',
      read: () => requireOutput({ ClientsTable: 'c' }, 'AccountsTable'),
      message: 'the stack has no output AccountsTable; was it deployed by this version?',
    },
  ])('are an error the operator can mend when $what', ({ read, message }) => {
    expect(read).toThrow(commandError(message))
  })
})
