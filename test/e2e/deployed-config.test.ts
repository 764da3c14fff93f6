/** What the command line creates follows a configuration: another one than the deployment's creates nothing. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LocalStack, startLocalStack } from '../../infra/local/stack.ts'
import { scrip } from '../support/command-line.ts'

const directory = mkdtempSync(join(tmpdir(), 'scrip-deployed-config-'))
const config = 'infra/presets/buildbutler.yaml'
const file = (name: string, text: string) => {
  writeFileSync(join(directory, name), text)
  return join(directory, name)
}

let stack: LocalStack
beforeAll(async () => {
  stack = await startLocalStack({
    port: 0,
    config,
    edge: true,
    dataDir: join(directory, 'data'),
    log: () => undefined,
  })
})
afterAll(async () => {
  await stack?.close()
  rmSync(directory, { recursive: true, force: true })
})

interface Told {
  readonly id: string
  readonly token: string
  readonly revoked_because?: string
}

const run = async (...args: readonly string[]) => {
  const { told, ...rest } = await scrip(stack.operator, args)
  return { ...rest, told: told as { readonly api_tokens: readonly Told[] } | undefined }
}
const flags = ['--account', 'demo', '--scope', 'read:jobs'] as const
const statusOf = async (token: string) =>
  (await fetch(`${stack.url}/api/v1/token`, { headers: { Authorization: `Bearer ${token}` } })).status
const refusal = (name: string) => ({
  code: 1,
  told: undefined,
  remarks: `${name} is not what is deployed: give --config FILE with the configuration that is, or deploy this one first\n`,
})

test('without --config, and with another deployment’s, nothing is created and no token is ended', async () => {
  const { told } = await run('tokens', 'create', 'CI', ...flags, '--config', config)
  const [{ id = '', token = '' } = {}] = told?.api_tokens ?? []
  const before = await run('tokens', 'list', '--account', 'demo')

  const seed = file('seed.json', JSON.stringify({ accounts: [{ id: 'acme' }] }))
  const client = ['clients', 'create', 'App', '--grant', 'authorization_code', '--scope', 'read']
  for (const args of [
    ['tokens', 'rotate', id, '--account', 'demo'],
    ['tokens', 'create', 'Nightly', '--account', 'demo', '--scope', 'read'],
    ['users', 'create', 'ada'],
    [...client, '--redirect-uri', 'https://app.example/callback'],
    ['seed', seed],
  ])
    expect(await run(...args)).toEqual(refusal('infra/presets/default.yaml'))
  const other = 'infra/presets/butlr.yaml'
  expect(await run('seed', seed, '--config', other)).toEqual(refusal(other))

  expect(await run('tokens', 'list', '--account', 'demo')).toEqual(before)
  expect(await statusOf(token)).toBe(200)
})

test('list and revoke ask for no configuration: in an emergency an id and the outputs are enough', async () => {
  const { told } = await run('tokens', 'create', 'Leaky', ...flags, '--config', config)
  const [{ id = '', token = '' } = {}] = told?.api_tokens ?? []
  const broken = file('broken.yaml', 'name: "!"')
  const named = ['--account', 'demo', '--config', broken]
  expect((await run('tokens', 'list', ...named)).code).toBe(0)
  expect(await run('tokens', 'revoke', id, ...named)).toEqual({
    code: 0,
    told: { api_tokens: [expect.objectContaining({ id, revoked_because: 'revoked' })] },
    remarks: '',
  })
  expect(await statusOf(token)).toBe(401)
})

test('a rotated token is of the deployment, and good there', async () => {
  const { told: made } = await run('tokens', 'create', 'Rotated', ...flags, '--config', config)
  const id = made?.api_tokens[0]?.id ?? ''
  const { told } = await run('tokens', 'rotate', id, '--account', 'demo', '--config', config)
  const token = told?.api_tokens[0]?.token ?? ''
  expect(token).toMatch(/^bb_live_/)
  expect(await statusOf(token)).toBe(200)
})
