import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunningStack } from '../support/local-stack.ts'
import { app, appSecret, startWith } from '../support/people.ts'
import { basic, getJson, postForm } from '../support/token-request.ts'

/** As Buddy's manual has them. */
const names = [
  'WORKSPACE',
  'PROJECT_DELETE',
  'REPOSITORY_READ',
  'REPOSITORY_WRITE',
  'EXECUTION_INFO',
  'EXECUTION_RUN',
  'EXECUTION_MANAGE',
  'ENVIRONMENT_INFO',
  'ENVIRONMENT_ADD',
  'ENVIRONMENT_MANAGE',
  'USER_INFO',
  'USER_KEY',
  'USER_EMAIL',
  'INTEGRATION_INFO',
  'MEMBER_EMAIL',
  'MANAGE_EMAILS',
  'WEBHOOK_INFO',
  'WEBHOOK_ADD',
  'WEBHOOK_MANAGE',
  'VARIABLE_ADD',
  'VARIABLE_INFO',
  'VARIABLE_MANAGE',
  'TOKEN_INFO',
  'TOKEN_MANAGE',
]
/** What each may ask for beside itself. */
const contained: Readonly<Record<string, readonly string[]>> = {
  REPOSITORY_WRITE: ['REPOSITORY_READ'],
  EXECUTION_RUN: ['EXECUTION_INFO'],
  EXECUTION_MANAGE: ['EXECUTION_RUN', 'EXECUTION_INFO'],
  MANAGE_EMAILS: ['USER_EMAIL'],
}
const clientOf = (scope: string) => ({ client_id: `only-${scope}`, client_secret: appSecret })

let stack: RunningStack
beforeAll(async () => {
  const clients = names.map((scope) =>
    app({ ...clientOf(scope), scope, redirect_uris: [], grant_types: ['client_credentials'] }),
  )
  stack = await startWith({ users: [], clients }, { PRESET: 'buddy' })
})
afterAll(async () => {
  await stack?.stop()
})

test('B2.14 the scopes are exactly these 24', async () => {
  const { body } = await getJson(`${stack.url}/.well-known/oauth-authorization-server`)
  expect((body as { scopes_supported: string[] }).scopes_supported).toEqual(names)
  expect(names).toHaveLength(24)
})

/** One request for each scope, by a client that is registered for `scope` alone. */
async function grantedTo(scope: string): Promise<string[]> {
  const granted: string[] = []
  for (const wanted of names) {
    const { status, body } = await postForm(
      `${stack.url}/oauth2/token/client_credentials`,
      { grant_type: 'client_credentials', scope: wanted },
      { Authorization: basic(clientOf(scope)) },
    )
    if (status === 200) granted.push(wanted)
    else
      expect({ status, body }).toEqual({
        status: 400,
        body: {
          error: 'invalid_scope',
          error_description: `scope not registered for this client: ${wanted}`,
        },
      })
  }
  return granted
}

test.each(names)(
  'B2.15 whoever is registered for %s may ask for it and what it contains, and nothing else',
  async (scope) => {
    expect((await grantedTo(scope)).sort()).toEqual([scope, ...(contained[scope] ?? [])].sort())
  },
)
