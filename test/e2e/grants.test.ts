import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientId } from '../../shared/protocol/brands.ts'
import {
  type Form,
  type OperatedStack,
  startOperatedStack,
  withoutLimits,
} from '../support/operated-stack.ts'
import { callback, client, credentials, invalidGrant } from '../support/seeded-apps.ts'

const app = credentials('app')
const seconds = () => Math.floor(Date.now() / 1000)

describe('BuildButler', () => {
  const scope = ['read:jobs', 'read:builds']
  let stack: OperatedStack
  beforeAll(async () => {
    const clients = [
      client('app', { scope: 'read:jobs read:builds' }),
      client('other', { scope: 'read:jobs' }),
    ]
    stack = await startOperatedStack({
      preset: 'buildbutler',
      edge: true,
      change: withoutLimits,
      seed: { clients },
    })
  })
  afterAll(() => stack?.close())

  const giveCode = () => stack.giveCode({ clientId: clientId('app'), scope, redirectUri: callback })
  const exchange = (code: string, form: Form = {}) =>
    stack.token({ grant_type: 'authorization_code', code, redirect_uri: callback, ...app, ...form })
  const answer = {
    status: 200,
    body: {
      access_token: expect.stringMatching(/^bb_live_[0-9A-Za-z]{39}$/),
      token_type: 'bearer',
      expires_in: 3600,
      refresh_token: expect.stringMatching(/^bb_refresh_[0-9A-Za-z]{80}$/),
    },
  }

  test('B1.8, B1.9 POST /oauth/token gives a bb_live_ token and a bb_refresh_ token for a code', async () => {
    expect(stack.url('token')).toBe(`${stack.issuer}/oauth/token`)
    expect(await exchange(await giveCode())).toEqual(answer)
  })

  test('B1.10 a refresh gives new ones, and ends the former', async () => {
    const first = (await exchange(await giveCode())).body
    const second = await stack.token({
      grant_type: 'refresh_token',
      refresh_token: String(first.refresh_token),
      ...app,
    })
    expect(second).toEqual(answer)
    expect(await stack.introspect({ token: String(first.access_token), ...app })).toEqual({ active: false })
    expect(await stack.introspect({ token: String(second.body.access_token), ...app })).toEqual({
      active: true,
      scope: 'read:jobs read:builds',
      client_id: 'app',
      username: 'ada',
      token_type: 'bearer',
      exp: expect.any(Number),
      iat: expect.any(Number),
      sub: 'subject of ada',
      aud: stack.issuer,
      iss: stack.issuer,
    })
  })

  test.each([
    { what: 'for another client', form: credentials('other') },
    { what: 'with another redirect URI', form: { redirect_uri: `${callback}/below` } },
    { what: 'without its redirect URI', form: { redirect_uri: '' } },
  ])('B1.11 a code does not work $what', async ({ form }) => {
    const code = await giveCode()
    expect(await exchange(code, form)).toEqual(invalidGrant)
    expect(await exchange(code)).toEqual(answer)
  })

  test('B1.11 a code works once; a second use ends what the first one got', async () => {
    const code = await giveCode()
    const { body } = await exchange(code)
    expect(await exchange(code)).toEqual(invalidGrant)
    expect(await stack.introspect({ token: String(body.access_token), ...app })).toEqual({ active: false })
  })
})

describe('Butlr', () => {
  const person = { username: 'ada', password: 'correct horse battery staple' }
  let stack: OperatedStack
  beforeAll(async () => {
    const trusted = { grant_types: ['password', 'refresh_token'], redirect_uris: [], first_party: true }
    const clients = [
      client('app', { ...trusted, scope: 'read write openid' }),
      client('stranger', { ...trusted, first_party: false, scope: 'read' }),
      client('machine', { grant_types: ['client_credentials'], redirect_uris: [], scope: 'read' }),
    ]
    const seed = { users: [{ ...person, name: 'Ada', email: 'ada@example.com' }], clients }
    stack = await startOperatedStack({ preset: 'butlr', edge: true, change: withoutLimits, seed })
  })
  afterAll(() => stack?.close())

  const signIn = (form: Form = {}) => stack.token({ grant_type: 'password', ...person, ...app, ...form })
  const verify = async (token: unknown) => {
    const keys = createRemoteJWKSet(new URL(`${stack.issuer}/.well-known/jwks.json`))
    return (await jwtVerify(String(token), keys, { issuer: stack.issuer, typ: 'at+jwt' })).payload
  }

  test('B4.2 the password grant gives a first-party client a token with the user as subject, and a refresh token', async () => {
    const { status, body } = await signIn({ scope: 'read' })
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 900,
        refresh_token: expect.stringMatching(/^[0-9A-Za-z]{80}$/),
      },
    })
    const { sub, client_id, scope } = await verify(body.access_token)
    expect({ sub, client_id, scope }).toEqual({ sub: expect.any(String), client_id: 'app', scope: 'read' })
    expect(sub).not.toBe('app')
    expect(await verify((await signIn()).body.access_token)).toMatchObject({ sub })
  })

  test('B4.2 a client that is not first-party gets unauthorized_client', async () => {
    expect(await signIn(credentials('stranger'))).toEqual({
      status: 400,
      body: {
        error: 'unauthorized_client',
        error_description: 'The password grant is for first-party clients',
      },
    })
  })

  test.each([
    { what: 'a wrong password', form: { password: 'wrong' } },
    { what: 'an unknown user', form: { username: 'nobody' } },
  ])('B4.2 $what gets the same invalid_grant', async ({ form }) => {
    expect(await signIn(form)).toEqual(invalidGrant)
  })

  test('B4.3 with client_credentials the client is the subject; no refresh token; a longer life', async () => {
    const { status, body } = await stack.token({
      grant_type: 'client_credentials',
      ...credentials('machine'),
    })
    expect({ status, body }).toEqual({
      status: 200,
      body: { access_token: expect.any(String), token_type: 'Bearer', expires_in: 43200, scope: 'read' },
    })
    expect(await verify(body.access_token)).toMatchObject({ sub: 'machine', client_id: 'machine' })
  })

  test('B4.4 refreshing asks no one to log in again, for as long as the refresh token lives', async () => {
    let { refresh_token } = (await signIn({ scope: 'read' })).body
    for (let step = 0; step < 3; step += 1) {
      const { status, body } = await stack.token({
        grant_type: 'refresh_token',
        refresh_token: String(refresh_token),
        ...app,
      })
      expect(status).toBe(200)
      const { iat = 0, exp = 0 } = decodeJwt(String(body.access_token))
      expect(exp - iat).toBe(900)
      refresh_token = body.refresh_token
    }
    const told = (await stack.introspect({ token: String(refresh_token), ...app })) as { exp: number }
    expect(told.exp - seconds()).toBeGreaterThan(29 * 86_400)
  })
})
