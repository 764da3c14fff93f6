import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LocalStack, startLocalStack } from '../../infra/local/stack.ts'
import { basic, postForm } from '../support/token-request.ts'

const run = promisify(execFile)
const dataDir = mkdtempSync(join(tmpdir(), 'scrip-cli-e2e-'))
const config = 'infra/presets/butlr.yaml'

let stack: LocalStack
beforeAll(async () => {
  stack = await startLocalStack({
    port: 0,
    config,
    edge: true,
    dataDir,
    demoData: false,
    log: () => undefined,
  })
})
afterAll(async () => {
  await stack?.close()
  rmSync(dataDir, { recursive: true, force: true })
})

/** Runs the command line against the stack, as an operator would against a deployment. */
async function scrip(args: readonly string[], input = ''): Promise<{ made: unknown; remarks: string }> {
  const { PATH, HOME } = process.env
  const child = run(process.execPath, ['infra/cli/main.ts', ...args, '--config', config], {
    env: { PATH, HOME, ...stack.operator },
  })
  child.child.stdin?.end(input)
  const { stdout, stderr } = await child
  return { made: JSON.parse(stdout), remarks: stderr }
}

interface MadeClient {
  readonly client_id: string
  readonly client_secret: string
}

test('a user and a first-party app made from the command line get tokens', async () => {
  const { made: users } = await scrip(
    ['users', 'create', 'Ada@Example.com', '--name', 'Ada Lovelace', '--password-stdin'],
    'correct horse battery\n',
  )
  expect(users).toEqual({
    users: [{ username: 'Ada@Example.com', password: 'correct horse battery', name: 'Ada Lovelace' }],
  })
  const { made } = await scrip([
    'clients',
    'create',
    'Own app',
    '--grant',
    'password',
    '--grant',
    'refresh_token',
    '--scope',
    'read openid',
    '--first-party',
  ])
  expect(made).toEqual({
    clients: [
      {
        client_id: expect.stringMatching(/^[0-9a-f]{32}$/),
        client_secret: expect.stringMatching(/^[\w-]{43}$/),
        client_name: 'Own app',
        grant_types: ['password', 'refresh_token'],
        scope: 'read openid',
        first_party: true,
      },
    ],
  })
  const [client] = (made as { clients: MadeClient[] }).clients
  if (!client) throw new Error('no client was made')
  const { status, body } = await postForm(
    `${stack.url}/oauth/token`,
    { grant_type: 'password', username: 'ada@example.com', password: 'correct horse battery' },
    { Authorization: basic(client) },
  )
  expect({ status, body }).toEqual({
    status: 200,
    body: {
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 900,
      refresh_token: expect.any(String),
      scope: 'read',
    },
  })
})

test('an account is made, and moved to another tier', async () => {
  expect((await scrip(['accounts', 'create', 'acme'])).made).toEqual({ accounts: [{ id: 'acme' }] })
  const moved = { accounts: [{ id: 'acme', tier: 'standard' }] }
  expect((await scrip(['accounts', 'set', 'acme', '--tier', 'standard'])).made).toEqual(moved)
  await expect(scrip(['accounts', 'set', 'nobody', '--tier', 'standard'])).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr: 'there is no account nobody\n',
  })
})

test('what exists is left as it is, and said', async () => {
  const create = ['users', 'create', 'grace', '--password-stdin']
  await scrip(create, 'the first password')
  const again = await scrip(create, 'another password')
  expect(again).toEqual({ made: {}, remarks: 'user grace exists already and is left as it is\n' })
})

test('a password is made where none is given, and told this once', async () => {
  expect((await scrip(['users', 'create', 'edsger'])).made).toEqual({
    users: [{ username: 'edsger', password: expect.stringMatching(/^[\w-]{20}$/) }],
  })
})
