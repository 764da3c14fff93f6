import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientId } from '../../shared/protocol/brands.ts'
import {
  type Form,
  type OperatedStack,
  startOperatedStack,
  withoutLimits,
} from '../support/operated-stack.ts'
import { callback, client, credentials, invalidGrant, secret } from '../support/seeded-apps.ts'
import { basic } from '../support/token-request.ts'

describe('Buddy', () => {
  let stack: OperatedStack
  beforeAll(async () => {
    const grant_types = ['authorization_code', 'client_credentials', 'refresh_token']
    const developers = { grant_types, account: 'acme', token_endpoint_auth_method: 'client_secret_basic' }
    const clients = [
      client('app', { scope: 'WORKSPACE EXECUTION_RUN' }),
      client('machine', { ...developers, scope: 'WORKSPACE EXECUTION_RUN' }),
      client('legacy', { scope: 'WORKSPACE', tokens_never_expire: true }),
    ]
    const seed = { accounts: [{ id: 'acme' }], clients }
    stack = await startOperatedStack({ preset: 'buddy', edge: true, change: withoutLimits, seed })
  })
  afterAll(() => stack?.close())

  const exchange = async (id: string, record: object = {}, form: Form = {}) => {
    const code = await stack.giveCode({ clientId: clientId(id), scope: ['WORKSPACE'], ...record })
    return stack.token({ grant_type: 'authorization_code', code, ...credentials(id), ...form })
  }
  const refresh = (token: unknown, id = 'app') =>
    stack.token({ grant_type: 'refresh_token', refresh_token: String(token), ...credentials(id) })
  const isActive = async (token: unknown, id = 'app') =>
    (await stack.introspect({ token: String(token), ...credentials(id) })) as {
      active: boolean
      exp?: number
    }
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
  const reply = {
    access_token: expect.stringMatching(uuid),
    token_type: 'Bearer',
    expires_in: 28800,
    refresh_token: expect.stringMatching(/^[0-9A-Za-z]{80}$/),
    refresh_token_expires_in: 158112000,
  }

  test.each([
    { what: 'not sent at all', record: {}, form: {}, isGood: true },
    { what: 'repeated', record: { redirectUri: callback }, form: { redirect_uri: callback }, isGood: true },
    { what: 'left out', record: { redirectUri: callback }, form: {}, isGood: false },
    { what: 'sent only now', record: {}, form: { redirect_uri: callback }, isGood: false },
    {
      what: 'another',
      record: { redirectUri: callback },
      form: { redirect_uri: `${callback}/x` },
      isGood: false,
    },
  ])(
    'B2.6 redirect_uri must be identical, exactly when it was sent: $what',
    async ({ record, form, isGood }) => {
      expect(stack.url('token')).toBe(`${stack.issuer}/oauth2/token`)
      expect(await exchange('app', record, form)).toEqual(
        isGood ? { status: 200, body: reply } : invalidGrant,
      )
    },
  )

  const authorization = { Authorization: basic({ client_id: 'machine', client_secret: secret }) }
  test('B2.7 client_credentials with Basic gives a token whose subject is the app’s owner', async () => {
    const form = { grant_type: 'client_credentials', scope: 'WORKSPACE EXECUTION_RUN' }
    const { status, body } = await stack.token(form, authorization)
    expect({ status, body }).toEqual({ status: 200, body: reply })
    expect(await isActive(body.access_token, 'machine')).toMatchObject({
      active: true,
      sub: 'acme',
      scope: 'WORKSPACE EXECUTION_RUN',
    })
  })

  test('B2.7 client_credentials without scope is invalid_scope', async () => {
    expect(await stack.token({ grant_type: 'client_credentials' }, authorization)).toEqual({
      status: 400,
      body: { error: 'invalid_scope', error_description: 'scope is required' },
    })
  })

  test('B2.8 the reply has exactly these fields', async () => {
    expect(await exchange('app')).toEqual({ status: 200, body: reply })
  })

  test('B2.9 a legacy app’s tokens never expire, and still come with a refresh token', async () => {
    const { expires_in: _, ...endless } = reply
    const first = await exchange('legacy')
    expect(first).toEqual({ status: 200, body: endless })
    expect(await isActive(first.body.access_token, 'legacy')).not.toHaveProperty('exp')
    expect(await isActive(first.body.access_token, 'legacy')).toMatchObject({ active: true })
    const second = await refresh(first.body.refresh_token, 'legacy')
    expect(second).toEqual({ status: 200, body: endless })
    expect(await isActive(first.body.access_token, 'legacy')).toEqual({ active: false })
    expect(await isActive(second.body.access_token, 'legacy')).toMatchObject({ active: true })
  })

  test('B2.10 a refresh invalidates the current access token and refresh token', async () => {
    const first = (await exchange('app')).body
    const second = await refresh(first.refresh_token)
    expect(second).toEqual({ status: 200, body: reply })
    expect([await isActive(first.access_token), await isActive(first.refresh_token)]).toEqual([
      { active: false },
      { active: false },
    ])
    // Two generations later the first one is a thief’s.
    const third = (await refresh(second.body.refresh_token)).body
    expect(await refresh(first.refresh_token)).toEqual(invalidGrant)
    expect([await isActive(third.access_token), await isActive(third.refresh_token)]).toEqual([
      { active: false },
      { active: false },
    ])
  })

  test('B2.11 refresh tokens live 158112000 s, by the reply and by the service’s own account', async () => {
    const first = (await exchange('app')).body
    const second = (await refresh(first.refresh_token)).body
    expect([first, second].map((body) => body.refresh_token_expires_in)).toEqual([158112000, 158112000])
    const { exp = 0 } = await isActive(second.refresh_token)
    expect(Math.abs(exp - Date.now() / 1000 - 158112000)).toBeLessThan(10)
  })
})
