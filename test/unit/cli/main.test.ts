import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'

const root = new URL('../../../', import.meta.url).pathname
const folder = mkdtempSync(join(tmpdir(), 'scrip-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const notJson = file('not.json', '{"client_secret":"hush"')
const faulty = file('faulty.json', '{"clients":[{"client_secret":"hush"}],"x":1}')
const faultyConfig = file('faulty.yaml', 'name: "!"')
const empty = file('empty.json', '{}')

/** Runs the command line as an operator does. */
function scrip(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const { SCRIP_OUTPUTS: _, ...env } = process.env
  return new Promise((resolve) => {
    execFile(process.execPath, ['infra/cli/main.ts', ...args], { cwd: root, env }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    )
  })
}
const usage = /^usage: npm run scrip -- COMMAND\n/

describe('a fault of the command line ends with 1 and a sentence, never with a stack trace', () => {
  test.concurrent.each([
    { args: [], stderr: usage },
    { args: ['frobnicate'], stderr: usage },
    { args: ['seed'], stderr: usage },
    { args: ['demo', 'more'], stderr: usage },
    { args: ['seed', empty, 'more'], stderr: usage },
    { args: ['demo', '--colour'], stderr: /^Unknown option '--colour'.*\n\nusage: / },
    { args: ['demo', '--config'], stderr: /^Option '--config <value>' argument missing\n\nusage: / },
    { args: ['demo', '--config', 'no/such.yaml'], stderr: /^no\/such\.yaml cannot be read\n$/ },
    {
      args: ['demo', '--config', faultyConfig],
      stderr: /faulty\.yaml: 4 faults\n {2}name: expected a stack name/,
    },
    { args: ['seed', 'no/such.json'], stderr: /^no\/such\.json cannot be read\n$/ },
    { args: ['accounts'], stderr: usage },
    { args: ['accounts', 'create'], stderr: /^accounts create takes one account id\n$/ },
    { args: ['accounts', 'set', 'acme', 'more'], stderr: /^accounts set takes one account id\n$/ },
    { args: ['accounts', 'set', 'acme'], stderr: /^accounts set takes --tier, one of standard, premium\n$/ },
    {
      args: ['accounts', 'set', 'acme', '--tier', 'gold'],
      stderr: /^accounts set takes --tier, one of standard, premium\n$/,
    },
    { args: ['accounts', 'create', 'acme', '--tier', 'gold'], stderr: /accounts\.0\.tier: / },
    { args: ['users'], stderr: usage },
    { args: ['users', 'create'], stderr: /^users create takes one user name\n$/ },
    { args: ['users', 'create', 'ada', 'grace'], stderr: /^users create takes one user name\n$/ },
    { args: ['users', 'create', 'ada', '--password', 'hush'], stderr: /^Unknown option '--password'/ },
    {
      args: ['users', 'create', 'a b'],
      stderr: /users\.0\.username: expected a user name without white space/,
    },
    { args: ['clients', 'create'], stderr: /^clients create takes one name, in quotes\n$/ },
    {
      args: ['clients', 'create', 'App'],
      stderr: /2 faults\n {2}clients\.0\.grant_types: .*\n {2}clients\.0\.scope: /,
    },
    {
      args: ['clients', 'create', 'App', '--grant', 'password', '--scope', 'read'],
      stderr: /offers \(.*\), but not password/,
    },
    { args: ['tokens'], stderr: usage },
    { args: ['tokens', 'constructor'], stderr: usage },
    { args: ['tokens', 'create'], stderr: /^tokens create takes one name, in quotes\n$/ },
    { args: ['tokens', 'create', 'CI', 'more'], stderr: /^tokens create takes one name, in quotes\n$/ },
    { args: ['tokens', 'create', 'CI'], stderr: /^whose\? Give --account ID\n$/ },
    { args: ['tokens', 'create', 'CI', '--account', 'acme', '--token', 'hush'], stderr: /^Unknown option/ },
    {
      args: ['tokens', 'create', 'CI', '--account', 'acme', '--expires-in', '1.5'],
      stderr: /^--expires-in takes a whole number of days\n$/,
    },
    { args: ['tokens', 'create', 'CI', '--account', 'acme'], stderr: /^which deployment\?/ },
    { args: ['tokens', 'list'], stderr: /^whose\? Give --account ID\n$/ },
    { args: ['tokens', 'list', 'x', '--account', 'acme'], stderr: /^tokens list takes flags alone\n$/ },
    { args: ['tokens', 'list', '--account', 'acme', '--outputs', empty], stderr: /^the stack has no output/ },
    {
      args: ['tokens', 'revoke', '--account', 'acme'],
      stderr: /^tokens revoke takes one id, as tokens list/,
    },
    {
      args: ['tokens', 'rotate', 'x', 'y'],
      stderr: /^tokens rotate takes one id, as tokens list tells it\n$/,
    },
    { args: ['users', 'create', 'ada'], stderr: /^which deployment\? Give --outputs FILE/ },
    { args: ['seed', notJson], stderr: /not\.json is not JSON\n$/ },
    {
      args: ['seed', faulty],
      stderr: /faulty\.json: 5 faults\n {2}clients\.0\.client_secret: expected at least 32/,
    },
    { args: ['seed', empty], stderr: /^which deployment\? Give --outputs FILE/ },
    { args: ['seed', empty, '--outputs', 'no/such.json'], stderr: /^no\/such\.json cannot be read\n$/ },
    { args: ['seed', empty, '--outputs', empty], stderr: /^the stack has no output ConfigDigest/ },
  ])('$args', async ({ args, stderr }) => {
    const result = await scrip(...args)
    expect(result).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(stderr) })
    expect(result.stderr).not.toMatch(/^\s+at /m)
    expect(result.stderr).not.toContain('hush')
  })
})

test('demo prints seed data as JSON, and nothing beside', async () => {
  const { code, stdout, stderr } = await scrip('demo', '--config', 'infra/presets/buildr.yaml')
  expect({ code, stderr, seed: JSON.parse(stdout) }).toEqual({
    code: 0,
    stderr: '',
    seed: {
      accounts: [{ id: 'demo', tier: 'standard' }],
      users: [],
      clients: [
        {
          client_id: 'demo-machine',
          client_secret: expect.stringMatching(/^[\w-]{43}$/),
          client_name: 'Demo machine',
          grant_types: ['client_credentials'],
          scope: 'read write',
          token_endpoint_auth_method: 'client_secret_basic',
          account: 'demo',
        },
      ],
      api_tokens: [],
    },
  })
})

test('demo has an API token of every scope that is not about a person, where there are API tokens', async () => {
  const { stdout } = await scrip('demo', '--config', 'infra/presets/default.yaml')
  expect(JSON.parse(stdout).api_tokens).toEqual([
    { name: 'Demo token', account: 'demo', scope: 'read write admin' },
  ])
})
