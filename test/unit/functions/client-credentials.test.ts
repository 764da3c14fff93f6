import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { clientId } from '../../../shared/protocol/brands.ts'
import { sha256 } from '../../../shared/protocol/hash.ts'
import { clientSecret, machineClient } from '../../support/clients.ts'
import { at, T0 } from '../../support/grants.ts'
import { preset } from '../../support/presets.ts'
import { appClient, type Form, tokensIn, useWorld } from '../../support/world.ts'

const { clock, stores, deploy, atRest } = useWorld()
const scope = ['EXECUTION_RUN', 'WORKSPACE']
const clients = [
  appClient({ scope, account: 'acme' }),
  appClient({ clientId: clientId('nobody’s'), scope }),
  appClient({ clientId: clientId('legacy'), scope, account: 'acme', tokensNeverExpire: true }),
  machineClient({ scope }),
]
const buddy = deploy(preset('buddy'), clients)
const as = (id: string): Form => ({ client_id: id, client_secret: clientSecret, scope: scope.join(' ') })
const uuid = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
const refreshToken = expect.stringMatching(/^[0-9A-Za-z]{80}$/)

describe('a client gets tokens for itself where the deployment gives refresh tokens too', () => {
  test('with its owner as the subject', async () => {
    const { status, body } = await buddy.token('client_credentials', as('app'))
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        access_token: uuid,
        token_type: 'Bearer',
        expires_in: 28800,
        refresh_token: refreshToken,
        refresh_token_expires_in: 158112000,
      },
    })
    const stored = await atRest(tokensIn({ body }).access_token)
    expect(stored).toEqual({
      tokenHash: sha256(tokensIn({ body }).access_token),
      kind: 'access_token',
      clientId: 'app',
      subject: 'acme',
      audience: 'https://abc123.execute-api.eu-west-1.amazonaws.com/prod',
      scope,
      gid: expect.stringMatching(/^[\w-]{43}$/),
      generation: 1,
      issuedAt: T0,
      expiresAt: at(28800),
    })
    expect(await stores.grants().find(stored?.gid ?? '')).toMatchObject({
      subject: 'acme',
      grantType: 'client_credentials',
      generation: 1,
    })
  })

  test('with itself as the subject where nobody owns it', async () => {
    const { access_token } = tokensIn(await buddy.token('client_credentials', as('nobody’s')))
    expect((await atRest(access_token))?.subject).toBe('nobody’s')
  })

  test('without a refresh token where it may not refresh: nothing but the token is written', async () => {
    const { body } = await buddy.token('client_credentials', as('machine'))
    expect(body).toEqual({ access_token: uuid, token_type: 'Bearer', expires_in: 28800 })
    const stored = await atRest(tokensIn({ body }).access_token)
    expect(stored).toMatchObject({ gid: 'client:machine', generation: 0 })
    expect(await stores.grants().find('client:machine')).toBeUndefined()
  })

  test('and refreshes them, which ends the former ones', async () => {
    const first = tokensIn(await buddy.token('client_credentials', as('app')))
    clock.now = at(7)
    const { body } = await buddy.token('refresh_token', { refresh_token: first.refresh_token })
    expect(body).toEqual({
      access_token: uuid,
      token_type: 'Bearer',
      expires_in: 28800,
      refresh_token: refreshToken,
      refresh_token_expires_in: 158112000,
    })
    expect((await buddy.introspect({ token: first.access_token })).body).toEqual({ active: false })
    expect((await buddy.introspect({ token: tokensIn({ body }).access_token })).body).toMatchObject({
      active: true,
      sub: 'acme',
    })
  })

  test('that never expire, for a legacy app: no expires_in, and a refresh token all the same', async () => {
    const { body } = await buddy.token('client_credentials', as('legacy'))
    expect(body).toEqual({
      access_token: uuid,
      token_type: 'Bearer',
      refresh_token: refreshToken,
      refresh_token_expires_in: 158112000,
    })
    clock.now = at(50 * 366 * 86_400)
    const { access_token } = tokensIn({ body })
    const form = { ...as('legacy'), token: access_token }
    expect((await buddy.introspect(form)).body).toMatchObject({ active: true, sub: 'acme' })
    expect((await buddy.introspect(form)).body).not.toHaveProperty('exp')
  })

  test('a legacy app’s refresh keeps the grant for good', async () => {
    const first = tokensIn(await buddy.token('client_credentials', as('legacy')))
    const form = { ...as('legacy'), scope: '', refresh_token: first.refresh_token }
    const { body } = await buddy.token('refresh_token', form)
    expect(body).not.toHaveProperty('expires_in')
    const stored = await atRest(tokensIn({ body }).access_token)
    expect(stored).not.toHaveProperty('expiresAt')
    expect(await stores.grants().find(stored?.gid ?? '')).not.toHaveProperty('expiresAt')
  })

  test('only for a scope that it names', async () => {
    const { body } = await buddy.token('client_credentials', { ...as('app'), scope: '' })
    expect(body).toEqual({ error: 'invalid_scope', error_description: 'scope is required' })
  })
})

test('under butlr the client is the subject, and its token lives longer than a user’s', async () => {
  const machine = machineClient({ account: 'acme', grantTypes: ['client_credentials', 'refresh_token'] })
  const { body } = await deploy(preset('butlr'), [machine]).token('client_credentials', {
    client_id: 'machine',
    client_secret: clientSecret,
  })
  expect(body).toEqual({
    access_token: expect.any(String),
    token_type: 'Bearer',
    expires_in: 43200,
    scope: 'read',
  })
  expect(decodeJwt(tokensIn({ body }).access_token)).toMatchObject({ sub: 'machine', gid: 'client:machine' })
})
