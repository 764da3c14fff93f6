import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LocalStack, startLocalStack } from '../../infra/local/stack.ts'
import { fromMilliseconds } from '../../shared/protocol/brands.ts'
import { sha256 } from '../../shared/protocol/hash.ts'
import { type ApiTokenStore, apiTokenStore } from '../../shared/stores/api-tokens.ts'
import { connectDynamoDb, type Database } from '../../shared/stores/dynamodb.ts'
import { scrip } from '../support/command-line.ts'
import { postForm } from '../support/token-request.ts'

const directory = mkdtempSync(join(tmpdir(), 'scrip-tokens-e2e-'))
const config = 'infra/presets/default.yaml'

let stack: LocalStack
let tokens: ApiTokenStore
let db: Database
beforeAll(async () => {
  stack = await startLocalStack({
    port: 0,
    config,
    edge: true,
    dataDir: join(directory, 'data'),
    log: () => undefined,
  })
  Object.assign(process.env, stack.operator)
  db = connectDynamoDb()
  tokens = apiTokenStore(db, stack.outputs.TokensTable ?? '')
})
afterAll(async () => {
  db?.destroy()
  await stack?.close()
  rmSync(directory, { recursive: true, force: true })
})

const run = (...args: readonly string[]) => scrip(stack.operator, [...args, '--config', config])

interface Told {
  readonly id: string
  readonly hint: string
  readonly token: string
}

/** The one token that a command told of. */
async function one(...args: readonly string[]): Promise<Told> {
  const { told, remarks } = await run(...args)
  const [token] = (told as { api_tokens: Told[] } | undefined)?.api_tokens ?? []
  if (!token) throw new Error(remarks)
  return token
}
const create = (name: string, account: string) =>
  one('tokens', 'create', name, '--account', account, '--scope', 'read')
const list = async (account: string) => (await run('tokens', 'list', '--account', account)).told

function seedFile(name: string, data: object): string {
  writeFileSync(join(directory, name), JSON.stringify(data))
  return join(directory, name)
}
const openAccount = (id: string) => run('seed', seedFile(`${id}.json`, { accounts: [{ id }] }))

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
const text = expect.stringMatching(/^scrip_live_[0-9A-Za-z]{39}$/)
const info = ({ id, hint }: Told, different: object = {}) => ({
  id,
  name: 'CI',
  account: 'acme',
  scope: 'read',
  hint,
  created_by: 'operator',
  created_at: time,
  ...different,
})

describe('tokens', () => {
  beforeAll(() => openAccount('acme'))

  test('create prints the token this once, and list never does (B1.2)', async () => {
    await openAccount('maker')
    const args = ['--account', 'maker', '--scope', 'read write', '--expires-in', '90']
    const { code, told, remarks } = await run('tokens', 'create', ' Nightly export ', ...args)
    const stored = {
      id: expect.stringMatching(/^[\w-]{43}$/),
      name: 'Nightly export',
      account: 'maker',
      scope: 'read write',
      hint: expect.stringMatching(/^scrip_live_[0-9A-Za-z]{4}$/),
      created_by: 'operator',
      created_at: time,
      expires_at: time,
    }
    expect({ code, told, remarks }).toEqual({
      code: 0,
      told: { api_tokens: [{ ...stored, token: text }] },
      remarks: '',
    })
    const [made] = (told as { api_tokens: (Told & { created_at: string; expires_at: string })[] }).api_tokens
    expect([made?.id, made?.hint]).toEqual([sha256(made?.token ?? ''), made?.token.slice(0, 15)])
    expect(Date.parse(made?.expires_at ?? '') - Date.parse(made?.created_at ?? '')).toBe(90 * 86_400_000)
    const { token: _, ...listed } = made ?? {}
    expect(await list('maker')).toEqual({ api_tokens: [listed] })
  })

  test('rotate puts a new token in its place, and revoke ends it; list tells both', async () => {
    const old = await create('CI', 'acme')
    const next = await one('tokens', 'rotate', old.id, '--account', 'acme')
    expect(next).toEqual({ ...info(next), replaces: old.id, token: text })
    const rotated = info(old, {
      revoked_at: time,
      revoked_because: 'rotated',
      replaced_by: next.id,
    })
    const both = await list('acme')
    expect((both as { api_tokens: object[] }).api_tokens).toHaveLength(2)
    expect(both).toEqual({
      api_tokens: expect.arrayContaining([info(next, { replaces: old.id }), rotated]),
    })

    const ended = { replaces: old.id, revoked_at: time, revoked_because: 'revoked' }
    expect(await run('tokens', 'revoke', next.id, '--account', 'acme')).toEqual({
      code: 0,
      told: { api_tokens: [info(next, ended)] },
      remarks: '',
    })
    expect(await run('tokens', 'revoke', next.id, '--account', 'acme')).toEqual({
      code: 0,
      told: { api_tokens: [info(next, ended)] },
      remarks: `${next.id} ended before and is left as it is\n`,
    })
    expect(await run('tokens', 'rotate', next.id, '--account', 'acme')).toEqual({
      code: 1,
      told: undefined,
      remarks: `${next.id} was revoked: create another\n`,
    })
  })

  test('that leaked are ended by whoever shows them; their owner reads why', async () => {
    await openAccount('leaky')
    const { id, token } = await create('CI', 'leaky')
    const { status, body } = await postForm(`${stack.url}/oauth/leaked`, { token })
    expect({ status, body }).toEqual({ status: 202, body: { status: 'accepted' } })
    expect(await list('leaky')).toMatchObject({ api_tokens: [{ id, revoked_because: 'leaked' }] })
  })

  const unknown = (account: string) =>
    `the account ${account} has no API token x; tokens list tells their ids\n`
  test.each([
    {
      args: ['create', 'CI', '--account', 'nobody', '--scope', 'read'],
      remarks: 'there is no account nobody\n',
    },
    {
      args: ['create', '', '--account', 'acme', '--scope', 'nope', '--expires-in', '9999'],
      remarks:
        'NAME: expected 1 to 100 characters, visible and without control characters\n' +
        '--scope: expected scopes of the catalogue, but there is no "nope"\n' +
        '--expires-in: expected a time from 60 seconds to 5 years\n',
    },
    { args: ['create', 'CI', '--account', 'acme'], remarks: '--scope: expected at least one scope\n' },
    { args: ['revoke', 'x', '--account', 'acme'], remarks: unknown('acme') },
    { args: ['rotate', 'x', '--account', 'acme'], remarks: unknown('acme') },
  ])('$args is refused', async ({ args, remarks }) => {
    expect(await run('tokens', ...args)).toEqual({ code: 1, told: undefined, remarks })
  })

  test.each([
    { beginning: '-', action: 'revoke', because: 'revoked' },
    { beginning: '--', action: 'revoke', because: 'revoked' },
    { beginning: '-', action: 'rotate', because: 'rotated' },
    { beginning: '--', action: 'rotate', because: 'rotated' },
  ])('whose id begins with $beginning can be named: $action', async ({ beginning, action, because }) => {
    const tokenHash = `${beginning}${randomBytes(32).toString('base64url')}`.slice(0, 43)
    await tokens.create({
      tokenHash,
      kind: 'api_token',
      account: 'dashed',
      name: 'CI',
      scope: ['read'],
      createdBy: 'operator',
      hint: 'scrip_live_0000',
      issuedAt: fromMilliseconds(Date.now()),
    })
    const { code, remarks } = await run('tokens', action, tokenHash, '--account', 'dashed')
    expect({ code, remarks }).toEqual({ code: 0, remarks: '' })
    expect(await tokens.find(tokenHash)).toMatchObject({ revokedBecause: because })
  })

  test('of another account can be neither revoked nor rotated', async () => {
    await openAccount('victim')
    const { id, hint } = await create('CI', 'victim')
    expect((await run('tokens', 'revoke', id, '--account', 'acme')).code).toBe(1)
    expect((await run('tokens', 'rotate', id, '--account', 'acme')).code).toBe(1)
    expect(await list('victim')).toEqual({
      api_tokens: [info({ id, hint, token: '' }, { account: 'victim' })],
    })
  })
})

describe('seed', () => {
  const seeded = { name: 'Deploy', account: 'planted', scope: 'read write', expires_in_seconds: 3600 }
  const file = () => seedFile('tokens.json', { accounts: [{ id: 'planted' }], api_tokens: [seeded] })

  test('makes API tokens and tells them, and leaves a live one of that name as it is', async () => {
    expect(await run('seed', file())).toEqual({
      code: 0,
      told: { accounts: [{ id: 'planted' }], api_tokens: [{ ...seeded, token: text }] },
      remarks: '',
    })
    expect(await run('seed', file())).toEqual({
      code: 0,
      told: {},
      remarks:
        'account planted exists already and is left as it is\n' +
        'API token Deploy of planted exists already and is left as it is\n',
    })
    const before = (await list('planted')) as { api_tokens: Told[] }
    expect(before.api_tokens).toHaveLength(1)
    await run('tokens', 'revoke', before.api_tokens[0]?.id ?? '', '--account', 'planted')
    expect((await run('seed', file())).told).toEqual({ api_tokens: [{ ...seeded, token: text }] })
  })

  test('makes nothing at all where the account of a token is not there', async () => {
    const users = [{ username: 'grace' }]
    const orphan = seedFile('orphan.json', { users, api_tokens: [{ ...seeded, account: 'lost' }] })
    expect(await run('seed', orphan)).toEqual({
      code: 1,
      told: undefined,
      remarks: 'api_tokens.0.account: there is no account lost, here or in the deployment\n',
    })
    expect((await run('seed', seedFile('grace.json', { users }))).told).toMatchObject({ users })
  })

  test('of the demo has a token, told in demo.json', async () => {
    expect(stack.demo.api_tokens).toEqual([
      { name: 'Demo token', account: 'demo', scope: 'read write admin', token: text },
    ])
    expect(await list('demo')).toMatchObject({
      api_tokens: [{ id: sha256(String(stack.demo.api_tokens?.[0]?.token)), name: 'Demo token' }],
    })
  })
})
