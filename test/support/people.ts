/** A stack with people who sign in and apps that they use. */
import { createHash, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { dataDirectory, type RunningStack, startStack } from './local-stack.ts'

export const password = 'correct horse battery'
export const appSecret = 'an-app-secret-of-32-characters-or-more'

/** @param username each test file signs its own people in, so that none sees another's consents */
export const person = (username: string, name = 'Ada Lovelace') => ({ username, password, name })

export interface App {
  readonly client_id: string
  readonly redirect_uris: readonly string[]
  readonly scope: string
  readonly [setting: string]: unknown
}

/** A confidential app, with what a test wants different. */
export function app({ client_id, ...different }: Partial<App> & { readonly client_id: string }): App {
  return {
    client_id,
    client_name: 'Paper Trail',
    client_uri: 'https://app.example/about',
    redirect_uris: ['https://app.example/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    scope: 'read write',
    ...(different.token_endpoint_auth_method === 'none' ? {} : { client_secret: appSecret }),
    ...different,
  }
}

/** Starts a preset, or a configuration of the test's own, with these people and apps. */
export async function startWith(
  data: { readonly users: readonly object[]; readonly clients: readonly App[] },
  settings: { readonly PRESET?: string; readonly config?: object; readonly directory?: string } = {},
): Promise<RunningStack> {
  const { PRESET, config, directory = dataDirectory() } = settings
  const seed = join(directory, 'people.json')
  writeFileSync(seed, JSON.stringify(data))
  if (config === undefined)
    return startStack({ SEED: seed, ...(PRESET === undefined ? {} : { PRESET }) }, directory)
  const file = join(directory, 'test.yaml')
  writeFileSync(file, stringify(config))
  return startStack({ SEED: seed, CONFIG: file }, directory)
}

/** A PKCE verifier and its challenge (RFC 7636 §4.1, §4.2). */
export function proofKey() {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}

/** A query out of a request's parameters; what is `undefined` is left out. */
export function query(parameters: Record<string, string | undefined>): string {
  const given = Object.entries(parameters).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  )
  return new URLSearchParams(given).toString()
}
