import { exec } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { dataDirectory, spawnStack, startStack } from '../support/local-stack.ts'
import { basic, getJson, postForm } from '../support/token-request.ts'

const runInShell = promisify(exec)
const files = mkdtempSync(join(tmpdir(), 'scrip-files-'))
afterAll(() => rmSync(files, { recursive: true, force: true }))

function file(name: string, content: string): string {
  const path = join(files, name)
  writeFileSync(path, content)
  return path
}

describe('a start that cannot succeed says why in a message, without a stack trace, and ends with 1', () => {
  test.each([
    {
      case: 'an unknown preset',
      environment: { PRESET: 'nope' },
      says: /nope.*(buildr.*default|default.*buildr)/s,
    },
    {
      case: 'a configuration file that is not there',
      environment: { CONFIG: 'missing.yaml' },
      says: /missing\.yaml/,
    },
    {
      case: 'a broken configuration, with all its faults',
      environment: { CONFIG: file('broken.yaml', 'scopes: {}\ngrants: {magic: {}}\nextra: 1\n') },
      says: /grants\.magic: expected no such setting.*extra: expected no such.*scopes: expected at least one scope/s,
    },
    {
      case: 'a seed that is not JSON',
      environment: { PRESET: 'buildr', SEED: file('not.json', '{') },
      says: /not\.json.*JSON/,
    },
    {
      case: 'a seed of the wrong shape, with the field',
      environment: {
        PRESET: 'buildr',
        SEED: file('wrong.json', '{"clients":[{"client_name":"x","grant_types":["client_credentials"]}]}'),
      },
      says: /wrong\.json.*clients\.0\.scope/s,
    },
  ])('$case', async ({ environment, says }) => {
    const { ended, output } = spawnStack(environment as Record<string, string>)
    expect(await ended).toBe(1)
    expect(output()).toMatch(says)
    expect(output()).not.toMatch(/^\s+at .+:\d+/m)
  })

  test('a port in use, by its name', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const { ended, output } = spawnStack({ PORT: String(port) })
    expect(await ended).toBe(1)
    server.close()
    expect(output()).toMatch(new RegExp(`${port}.*in use.*PORT`, 's'))
    expect(output()).not.toMatch(/^\s+at .+:\d+/m)
  })
})

test('SEED adds clients beside the demo’s; FRESH starts anew; Ctrl-C ends with 0', async () => {
  const directory = dataDirectory()
  const seed = file(
    'seed.json',
    JSON.stringify({
      accounts: [{ id: 'acme', tier: 'premium' }],
      clients: [
        {
          client_id: 'acme-export',
          client_name: 'Acme export',
          grant_types: ['client_credentials'],
          scope: 'read',
          account: 'acme',
        },
      ],
    }),
  )
  const first = await startStack({ SEED: seed }, directory)
  const keys = (await getJson(`${first.url}/.well-known/jwks.json`)).body
  expect(first.demo().accounts).toEqual([
    { id: 'demo', tier: 'standard' },
    { id: 'acme', tier: 'premium' },
  ])
  const acme = first.demo().clients.find(({ client_id }) => client_id === 'acme-export')
  expect(acme).toEqual({
    client_id: 'acme-export',
    client_secret: expect.stringMatching(/^[\w-]{43}$/),
    client_name: 'Acme export',
    grant_types: ['client_credentials'],
    scope: 'read',
    account: 'acme',
  })
  if (!acme) throw new Error('the seeded client is not told')
  const form = { grant_type: 'client_credentials' }
  const answer = await postForm(`${first.url}/oauth/token`, form, { Authorization: basic(acme) })
  expect(answer.status).toBe(200)
  expect(answer.headers.get('x-ratelimit-limit')).toBe('6000')
  expect(await first.stop()).toBe(0)

  const fresh = await startStack({ FRESH: '1' }, directory)
  try {
    expect(fresh.demo().clients.map(({ client_id }) => client_id)).toEqual(['demo-machine', 'demo-app'])
    expect((await getJson(`${fresh.url}/.well-known/jwks.json`)).body).not.toEqual(keys)
    const gone = await postForm(`${fresh.url}/oauth/token`, form, { Authorization: basic(acme) })
    expect(gone.status).toBe(401)
  } finally {
    await fresh.stop()
  }
})

test('the commands that it prints work when pasted', async () => {
  const stack = await startStack({ PRESET: 'buildr' })
  try {
    const commands =
      stack
        .output()
        .split(/^ready .*$/m)[1]
        ?.match(/^\s*curl .+$/gm) ?? []
    expect(commands.length).toBeGreaterThanOrEqual(3)
    for (const command of commands) {
      const { stdout } = await runInShell(`${command} --fail`)
      expect(JSON.parse(stdout)).toEqual(expect.any(Object))
    }
  } finally {
    await stack.stop()
  }
})
