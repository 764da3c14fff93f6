import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { mergeSeeds, readSeedFile } from '../../../infra/local/project/seed-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seed-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('a broken seed file is told with its fault', () => {
  const cases: readonly [string, string, string][] = [
    ['no JSON', '{', 'is not JSON'],
    ['a list', '[]', 'must be an object with accounts, users, clients, api_tokens'],
    ['an unknown list', '{"client":[]}', 'client is not known'],
    ['no list', '{"clients":{}}', 'clients must be a list'],
    ['a text for a record', '{"users":["a"]}', 'users[0] must be an object'],
    ['a record without id', '{"accounts":[{"id":"a"},{"tier":"gold"}]}', 'accounts[1].id must be a text'],
    ['a token of nobody', '{"api_tokens":[{"name":"CI"}]}', 'api_tokens[0].account must be a text'],
    ['an id that is no text', '{"clients":[{"client_id":5}]}', 'clients[0].client_id must be a text'],
  ]
  test.each(cases)('%s', (_name, text, fault) => {
    const file = join(folder, 'seed.json')
    writeFileSync(file, text)
    expect(() => readSeedFile(file)).toThrow(`${file}: ${fault}`)
  })

  test('no file', () => {
    expect(() => readSeedFile('/nowhere/seed.json')).toThrow('SEED: cannot read /nowhere/seed.json')
  })
})

test('API tokens of one name are two where they are two accounts’', () => {
  const [first, second] = [
    { account: 'a', name: 'CI', token: 'x' },
    { account: 'b', name: 'CI', token: 'y' },
  ]
  const earlier = { api_tokens: [first, second] }
  expect(mergeSeeds(earlier, { api_tokens: [{ account: 'b', name: 'CI', token: 'z' }] })).toEqual({
    api_tokens: [first, { ...second, token: 'z' }],
  })
})

test('seeds merge by the id of each list', () => {
  const earlier = { accounts: [{ id: 'a', tier: 'free' }], clients: [{ client_id: 'c', client_secret: 's' }] }
  const later = {
    accounts: [{ id: 'b' }, { id: 'a', tier: 'gold' }],
    clients: [{ client_id: 'c', scope: 'read' }],
  }
  expect(mergeSeeds(earlier, later)).toEqual({
    accounts: [{ id: 'a', tier: 'gold' }, { id: 'b' }],
    clients: [{ client_id: 'c', client_secret: 's', scope: 'read' }],
  })
})
