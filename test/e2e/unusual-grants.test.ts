/** Deployments that no preset is: each function has to do with the rights and tables that its configuration gives it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientId } from '../../shared/protocol/brands.ts'
import { type OperatedStack, startOperatedStack } from '../support/operated-stack.ts'

const app = { client_id: 'app', client_secret: 'an-imported-secret-of-32-characters-or-more' }
const settings = (grants: string, accessToken: string) => `
scopes: { read: { description: Read } }
scope: { whenOmitted: registered }
grants: ${grants}
accessToken: ${accessToken}
rateLimits: { defaultTier: one, tiers: { one: { requestsPerMinute: 1000 } } }
`
const start = (text: string, grant_types: readonly string[]) => {
  const client = {
    ...app,
    client_name: 'App',
    grant_types,
    scope: 'read',
    redirect_uris: ['https://app.example/cb'],
  }
  const clients = [{ ...client, token_endpoint_auth_method: 'client_secret_post' }]
  return startOperatedStack({ preset: 'default', change: () => text, seed: { clients } })
}

describe.each(['{ format: jwt }', '{ format: uuid }'])(
  'machines that refresh, and no users, %s',
  (format) => {
    let stack: OperatedStack
    beforeAll(async () => {
      const grants = '{ client_credentials: { refreshToken: true }, refresh_token: {} }'
      stack = await start(settings(grants, format), ['client_credentials', 'refresh_token'])
    })
    afterAll(() => stack?.close())

    test('get tokens, refresh them, look them up and end them', async () => {
      const first = await stack.token({ grant_type: 'client_credentials', ...app })
      const tokens = { access_token: expect.any(String), token_type: 'Bearer', expires_in: 3600 }
      expect(first).toEqual({
        status: 200,
        body: { ...tokens, refresh_token: expect.any(String), scope: 'read' },
      })
      const second = await stack.token({
        grant_type: 'refresh_token',
        refresh_token: String(first.body.refresh_token),
        ...app,
      })
      expect(second).toEqual({ status: 200, body: { ...tokens, refresh_token: expect.any(String) } })
      const token = String(second.body.access_token)
      expect(await stack.introspect({ token, ...app })).toMatchObject({ active: true, sub: 'app' })
      expect(await stack.revoke({ token: String(second.body.refresh_token), ...app })).toEqual({
        status: 200,
        body: {},
      })
      expect(await stack.introspect({ token, ...app })).toEqual({ active: false })
    })
  },
)

describe('people, and no refresh tokens', () => {
  let stack: OperatedStack
  beforeAll(async () => {
    const grants = '{ authorization_code: { refreshToken: false } }'
    stack = await start(settings(grants, '{ format: prefixed, prefix: x_ }'), ['authorization_code'])
  })
  afterAll(() => stack?.close())

  test('get a token, and a second use of the code ends it', async () => {
    const code = await stack.giveCode({ clientId: clientId('app'), scope: ['read'] })
    const { status, body } = await stack.token({ grant_type: 'authorization_code', code, ...app })
    expect({ status, body }).toEqual({
      status: 200,
      body: { access_token: expect.stringMatching(/^x_/), token_type: 'Bearer', expires_in: 3600 },
    })
    const token = String(body.access_token)
    expect(await stack.introspect({ token, ...app })).toMatchObject({ active: true, username: 'ada' })
    expect((await stack.token({ grant_type: 'authorization_code', code, ...app })).status).toBe(400)
    expect(await stack.introspect({ token, ...app })).toEqual({ active: false })
  })

  test('revoke their access tokens', async () => {
    const code = await stack.giveCode({ clientId: clientId('app'), scope: ['read'] })
    const { body } = await stack.token({ grant_type: 'authorization_code', code, ...app })
    const token = String(body.access_token)
    expect(await stack.revoke({ token, ...app })).toEqual({ status: 200, body: {} })
    expect(await stack.introspect({ token, ...app })).toEqual({ active: false })
  })
})
