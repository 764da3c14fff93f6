import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CiMachine, startCiMachine } from '../support/ci-machine.ts'
import { type OperatedStack, startOperatedStack } from '../support/operated-stack.ts'

describe('the credential helper', () => {
  let stack: OperatedStack
  let machine: CiMachine
  beforeAll(async () => {
    stack = await startOperatedStack({ preset: 'ci', edge: true, seed: {} })
    machine = await startCiMachine(stack)
  })
  afterAll(async () => {
    await machine?.close()
    await stack?.close()
  })
  const silk = 'protocol=https\nhost=github.com\npath=acme/silk.git\n\n'

  test('answers in git’s format', async () => {
    const { code, stdout, stderr } = await machine.askHelper(silk)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(
      /^protocol=https\nhost=github\.com\npath=acme\/silk\.git\nusername=x-access-token\npassword=ghs_\S+\npassword_expiry_utc=\d+\n\n$/,
    )
  })

  test('takes what newer versions of git add', async () => {
    const { stdout } = await machine.askHelper(
      `capability[]=authtype\n${silk.trimEnd()}\nwwwauth[]=Basic realm="GitHub"\n\n`,
    )
    expect(stdout).toMatch(/^password=ghs_/m)
  })

  test('gets a JWT anew for each question from a command', async () => {
    const file = join(machine.folder, 'jwt')
    writeFileSync(file, machine.jwt())
    const environment = { SCRIP_OIDC_TOKEN: '', SCRIP_OIDC_COMMAND: `cat '${file}'` }
    expect((await machine.askHelper(silk, { environment })).stdout).toMatch(/^password=ghs_/m)
  })

  test.each(['store', 'erase', 'whatever comes'])('does nothing for %s', async (operation) => {
    expect(await machine.askHelper(`${silk.trimEnd()}\npassword=x\n\n`, {}, operation)).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    })
  })

  test('says nothing for a repository that is not covered', async () => {
    const outcome = await machine.askHelper('protocol=https\nhost=github.com\npath=acme/linen\n\n')
    expect(outcome).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  test('puts no secret into an argument, where everybody on the machine could read it', async () => {
    const tools = mkdtempSync(join(machine.folder, 'tools-'))
    const log = join(tools, 'arguments')
    const { stdout: curl } = await machine.run('sh', ['-c', 'command -v curl'])
    writeFileSync(
      join(tools, 'curl'),
      `#!/bin/sh\nprintf '%s\\n' "$@" > '${log}'\nexec ${curl.trim()} "$@"\n`,
    )
    chmodSync(join(tools, 'curl'), 0o755)
    const environment = { PATH: `${tools}:${machine.programs}:${process.env.PATH}` }
    const told = `${silk.trimEnd()}\noauth_refresh_token=ghr_of-another-helper\n\n`
    expect((await machine.askHelper(told, { environment })).stdout).toMatch(/^password=ghs_/m)
    const seen = readFileSync(log, 'utf8')
    expect(seen).toContain('/git-credentials/default')
    expect(seen).toContain('path=acme/silk.git')
    expect(seen).not.toMatch(/eyJ|ghr_/)
  })

  test.each([
    { what: 'no path', input: 'protocol=https\nhost=github.com\n\n', says: 'credential.useHttpPath' },
    { what: 'no address', environment: { SCRIP_URL: '' }, says: 'SCRIP_URL has to say where' },
    { what: 'plain http', environment: { SCRIP_URL: 'http://tokens.example' }, says: 'has to be https' },
    {
      what: 'another host behind a local one',
      environment: { SCRIP_URL: 'http://127.0.0.1:80@tokens.example' },
      says: 'SCRIP_URL has to say where',
    },
    { what: 'an option for an address', environment: { SCRIP_URL: '-o/x' }, says: 'has to be https' },
    {
      what: 'a path for a profile',
      environment: { SCRIP_PROFILE: '../token' },
      says: 'SCRIP_PROFILE takes',
    },
    { what: 'no JWT', environment: { SCRIP_OIDC_TOKEN: '' }, says: 'gives a JWT' },
    {
      what: 'a JWT that would be an option of curl',
      environment: { SCRIP_OIDC_TOKEN: 'x"\noutput = "/x' },
      says: 'gives a JWT',
    },
    { what: 'a command that fails', environment: { SCRIP_OIDC_COMMAND: 'false' }, says: 'COMMAND failed' },
    { what: 'a JWT that is none', environment: { SCRIP_OIDC_TOKEN: 'nonsense' }, says: 'error: 401' },
  ])('fails with $what, and tells why', async ({ input = silk, environment = {}, says }) => {
    const { code, stdout, stderr } = await machine.askHelper(input, { environment })
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: expect.stringContaining(says) })
  })
})
