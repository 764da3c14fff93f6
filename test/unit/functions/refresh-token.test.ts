import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { clientId } from '../../../shared/protocol/brands.ts'
import { gidOf, parseRefreshToken } from '../../../shared/tokens/refresh-token.ts'
import { at, T0 } from '../../support/grants.ts'
import { captureLog } from '../../support/log-lines.ts'
import { preset } from '../../support/presets.ts'
import { errorResponse, noStoreJson, rateTold } from '../../support/responses.ts'
import { refreshKeys } from '../../support/token-deployment.ts'
import { appClient, type Form, nativeClient, tokensIn, useWorld } from '../../support/world.ts'

const log = captureLog()
const { clock, stores, giveCode, deploy } = useWorld()
const scope = ['read', 'write', 'openid']
const clients = [
  appClient({ scope }),
  appClient({ clientId: clientId('other') }),
  appClient({ clientId: clientId('no-refresh'), grantTypes: ['authorization_code'] }),
  nativeClient(),
]
const config = preset('default')
const fixed = deploy(config, clients)
const sliding = deploy({ ...config, refresh: { ...config.refresh, lifetime: 'sliding' } }, clients)
const refusedAt = (now: number) =>
  errorResponse(
    400,
    'invalid_grant',
    'The grant is invalid, expired, revoked or not for this client',
    rateTold(now),
  )

/** Begins a grant, and gives its first refresh token and its gid. */
async function begin(deployment = fixed, code: object = { scope, requestedScope: scope }, form: Form = {}) {
  const answer = await deployment.token('authorization_code', { code: await giveCode(code), ...form })
  return tokensIn(answer)
}
const gidIn = (text: string) => {
  const token = parseRefreshToken(text, refreshKeys.find, config.refresh)
  return token ? gidOf(token.grantId) : ''
}
const grantOf = (text: string) => stores.grants().find(gidIn(text))
const refresh = (refresh_token: string, form: Form = {}, deployment = fixed) =>
  deployment.token('refresh_token', { refresh_token, ...form })

describe('a refresh token is exchanged for its successor (RFC 6749 §6)', () => {
  test('with an access token of the same grant, a generation later', async () => {
    const first = await begin()
    clock.now = at(5)
    const answer = await refresh(first.refresh_token)
    expect(answer).toEqual({
      status: 200,
      headers: { ...noStoreJson, ...rateTold(clock.now) },
      body: {
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 3600,
        refresh_token: expect.stringMatching(/^[0-9A-Za-z]{80}$/),
        id_token: expect.any(String),
      },
    })
    const second = tokensIn(answer)
    const { iat, exp, jti, gen, ...same } = decodeJwt(first.access_token)
    expect(decodeJwt(second.access_token)).toEqual({
      ...same,
      iat: at(5),
      exp: at(3605),
      jti: expect.not.stringMatching(String(jti)),
      gen: 2,
    })
    // OpenID Connect Core 1.0 §12.2: `auth_time` stays that of the sign-in; no nonce.
    expect(decodeJwt(second.id_token)).toMatchObject({ sub: 'subject-1', auth_time: at(-30), iat: at(5) })
    expect(decodeJwt(second.id_token)).not.toHaveProperty('nonce')
    expect(await grantOf(second.refresh_token)).toMatchObject({ generation: 2, rotatedAt: at(5) })
  })

  test('again and again', async () => {
    let { refresh_token } = await begin()
    const seen = new Set([refresh_token])
    for (let step = 1; step <= 10; step += 1) {
      clock.now = at(step)
      refresh_token = tokensIn(await refresh(refresh_token)).refresh_token
      seen.add(refresh_token)
    }
    expect(seen.size).toBe(11)
    expect(await grantOf(refresh_token)).toMatchObject({ generation: 11 })
  })

  test('although the consent was withdrawn once, before the grant began', async () => {
    await stores.consents().withdraw('ada-again', 'app', at(-1))
    const { refresh_token } = await begin(fixed, { username: 'ada-again' })
    expect((await refresh(refresh_token)).status).toBe(200)
  })

  test('by a public client, which has no secret', async () => {
    const { refresh_token } = await begin(fixed, { clientId: 'native' }, { client_id: 'native' })
    expect((await refresh(refresh_token, { client_id: 'native' })).status).toBe(200)
  })

  test.each([
    { what: 'the whole', requested: undefined, granted: 'read write openid', told: '' },
    { what: 'narrower', requested: 'read', granted: 'read', told: '' },
    { what: 'none by name', requested: '', granted: 'read write openid', told: '' },
  ])('with scope: $what', async ({ requested, granted, told }) => {
    const { refresh_token } = await begin()
    const answer = tokensIn(await refresh(refresh_token, requested === undefined ? {} : { scope: requested }))
    expect([decodeJwt(answer.access_token).scope, answer.scope]).toEqual([granted, told])
    // A narrower answer takes nothing away from the grant.
    const next = tokensIn(await refresh(answer.refresh_token))
    expect(decodeJwt(next.access_token).scope).toBe('read write openid')
  })

  test('with a scope that a granted one contains', async () => {
    const { refresh_token } = await begin(fixed, { scope: ['admin'], requestedScope: ['admin'] })
    const { access_token } = tokensIn(await refresh(refresh_token, { scope: 'write' }))
    expect(decodeJwt(access_token).scope).toBe('write')
  })

  test.each([
    { what: 'wider', scope: 'read admin', named: 'admin' },
    { what: 'unknown', scope: 'launch', named: 'launch' },
    { what: 'a member of objects', scope: 'constructor', named: 'constructor' },
  ])('but not with a scope that is $what: the token can still be used', async ({ scope, named }) => {
    const { refresh_token } = await begin()
    expect(await refresh(refresh_token, { scope })).toEqual(
      errorResponse(400, 'invalid_scope', `scope not granted: ${named}`, rateTold(clock.now)),
    )
    expect((await refresh(refresh_token)).status).toBe(200)
  })
})

describe('a client that lost the answer repeats its request', () => {
  test.each([0, 1, 30])('after %d s of 30, and gets the very same successor', async (delay) => {
    const { refresh_token } = await begin()
    const first = tokensIn(await refresh(refresh_token))
    clock.now = at(delay)
    const again = tokensIn(await refresh(refresh_token))
    expect(again.refresh_token).toBe(first.refresh_token)
    expect(decodeJwt(again.access_token)).toMatchObject({ gen: 2, iat: at(delay) })
    expect(again.access_token).not.toBe(first.access_token)
    expect(await grantOf(first.refresh_token)).toMatchObject({ generation: 2, rotatedAt: T0 })
  })

  test('twenty times at once: one rotation, one successor', async () => {
    const { refresh_token } = await begin()
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(refresh_token)))
    expect(new Set(answers.map((answer) => tokensIn(answer).refresh_token)).size).toBe(1)
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
    expect(await grantOf(refresh_token)).toMatchObject({ generation: 2 })
  })
})

describe('a genuine older token betrays a thief: the grant ends (RFC 9700 §4.14.2)', () => {
  const reason = 'an old refresh token was used again: the grant is revoked'
  test('repeated after the overlap', async () => {
    const { refresh_token } = await begin()
    const successor = tokensIn(await refresh(refresh_token))
    clock.now = at(31)
    expect(await refresh(refresh_token)).toEqual(refusedAt(clock.now))
    expect(log.facts().at(-1)).toMatchObject({ error: 'invalid_grant', reason })
    expect(await grantOf(refresh_token)).toMatchObject({ revokedAt: at(31) })
    expect(await refresh(successor.refresh_token)).toEqual(refusedAt(clock.now))
    expect(log.facts().at(-1)).toMatchObject({ reason: 'the grant was revoked' })
    expect((await fixed.introspect({ token: successor.access_token })).body).toEqual({ active: false })
  })

  test('two generations old, within the overlap', async () => {
    const { refresh_token } = await begin()
    const second = tokensIn(await refresh(refresh_token))
    await refresh(second.refresh_token)
    expect(await refresh(refresh_token)).toEqual(refusedAt(clock.now))
    expect(log.facts().at(-1)).toMatchObject({ reason })
    expect(await grantOf(refresh_token)).toMatchObject({ revokedAt: T0 })
  })
})

describe('the lifetime of refresh tokens', () => {
  const ttl = config.refresh.ttlSeconds
  test('fixed: ends where the grant’s began, however often it is used', async () => {
    let { refresh_token } = await begin()
    clock.now = at(ttl - 10)
    refresh_token = tokensIn(await refresh(refresh_token)).refresh_token
    expect(await grantOf(refresh_token)).toMatchObject({
      refreshExpiresAt: at(ttl),
      expiresAt: at(ttl + 3590),
    })
    clock.now = at(ttl - 1)
    refresh_token = tokensIn(await refresh(refresh_token)).refresh_token
    clock.now = at(ttl)
    expect(await refresh(refresh_token)).toEqual(refusedAt(clock.now))
    expect(log.facts().at(-1)).toMatchObject({ reason: 'the refresh token has expired' })
    expect(await grantOf(refresh_token)).not.toHaveProperty('revokedAt')
  })

  test('sliding: begins anew with each use', async () => {
    let { refresh_token } = await begin(sliding)
    for (const step of [1, 2, 3]) {
      clock.now = at(step * (ttl - 1))
      refresh_token = tokensIn(await refresh(refresh_token, {}, sliding)).refresh_token
    }
    expect(await grantOf(refresh_token)).toMatchObject({
      refreshExpiresAt: at(3 * (ttl - 1) + ttl),
      expiresAt: at(3 * (ttl - 1) + ttl),
    })
    clock.now = at(3 * (ttl - 1) + ttl)
    expect(await refresh(refresh_token, {}, sliding)).toEqual(refusedAt(clock.now))
  })

  test('an old token after the end does not revoke what has ended', async () => {
    const { refresh_token } = await begin()
    await refresh(refresh_token)
    clock.now = at(ttl)
    expect(await refresh(refresh_token)).toEqual(refusedAt(clock.now))
    expect(log.facts().at(-1)).toMatchObject({ reason: 'the refresh token has expired' })
  })
})
