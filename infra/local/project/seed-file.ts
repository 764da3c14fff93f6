/** Seed data: `{accounts, users, clients, api_tokens}`, each a list of records that their ids tell apart. */
import { readFileSync } from 'node:fs'
import { LocalStackError } from '../errors.ts'
import { isObject, type JsonObject, parseJson } from '../json.ts'

/** The members that tell the records of each list apart. */
const idMembers = {
  accounts: ['id'],
  users: ['username'],
  clients: ['client_id'],
  api_tokens: ['account', 'name'],
} as const

type ListName = keyof typeof idMembers
export type SeedData = { readonly [list in ListName]?: readonly JsonObject[] }

/** @throws LocalStackError naming the file, and the member that is wrong. */
export function readSeedFile(file: string): SeedData {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    throw new LocalStackError(`SEED: cannot read ${file}`)
  }
  return parseSeed(text, file)
}

/** @param where names the text in messages */
export function parseSeed(text: string, where: string): SeedData {
  const value = parseJson(text)
  if (value === undefined) throw new LocalStackError(`${where}: is not JSON`)
  if (!isObject(value))
    throw new LocalStackError(`${where}: must be an object with ${Object.keys(idMembers).join(', ')}`)
  for (const [list, records] of Object.entries(value)) {
    if (!isListName(list)) throw new LocalStackError(`${where}: ${list} is not known`)
    if (!Array.isArray(records)) throw new LocalStackError(`${where}: ${list} must be a list`)
    for (const [index, record] of records.entries()) {
      if (!isObject(record)) throw new LocalStackError(`${where}: ${list}[${index}] must be an object`)
      for (const id of idMembers[list]) {
        const needsNoId = list === 'clients' && record[id] === undefined
        if (!needsNoId && typeof record[id] !== 'string') {
          throw new LocalStackError(`${where}: ${list}[${index}].${id} must be a text`)
        }
      }
    }
  }
  return value as SeedData
}

/** Both sets of data; of two records with one id, their members together, where the later one's count. */
export function mergeSeeds(earlier: SeedData, later: SeedData): SeedData {
  const merged: Partial<Record<ListName, JsonObject[]>> = {}
  for (const [list, ids] of Object.entries(idMembers) as [ListName, readonly string[]][]) {
    const records = new Map<string, JsonObject>()
    for (const record of [...(earlier[list] ?? []), ...(later[list] ?? [])]) {
      const key = JSON.stringify(ids.map((id) => record[id]))
      records.set(key, { ...records.get(key), ...record })
    }
    if (records.size > 0) merged[list] = [...records.values()]
  }
  return merged
}

function isListName(name: string): name is ListName {
  return Object.hasOwn(idMembers, name)
}
